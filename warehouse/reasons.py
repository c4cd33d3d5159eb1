"""Why a row is refused: the closed list of reason codes, each with its words in both languages."""

from collections.abc import Mapping

from warehouse.feeds.contract import Language

REASONS: Mapping[str, Mapping[Language, str]] = {
    "missing": {"en": "a required value is missing", "zh_CN": "缺少必填值"},
    "not_found": {
        "en": "not found in the file where the mapping looks it up",
        "zh_CN": "在映射指定的文件中查不到",
    },
    "one_of_missing": {"en": "not exactly one of these columns is filled", "zh_CN": "这些列中应恰好填写一个"},
    "not_a_date": {"en": "not a date or time", "zh_CN": "不是日期或时间"},
    "not_a_time": {"en": "not a time of day", "zh_CN": "不是时刻"},
    "not_a_number": {"en": "not a number (or not a whole one)", "zh_CN": "不是数字（或不是整数）"},
    "not_a_boolean": {"en": "neither yes nor no", "zh_CN": "不是“是”或“否”"},
    "not_in_list": {"en": "not in the closed list of codes", "zh_CN": "不在代码表中"},
    "value_not_mapped": {"en": "not in the mapping's dictionary", "zh_CN": "不在映射字典中"},
    "out_of_range": {"en": "outside the range allowed", "zh_CN": "超出允许范围"},
    "bad_pattern": {"en": "not of the form required", "zh_CN": "格式不符合要求"},
    "too_long": {"en": "too long", "zh_CN": "过长"},
    "control_characters": {"en": "holds control characters or line breaks", "zh_CN": "含控制字符或换行"},
    "unclaimed": {"en": "no feed of this file takes the row", "zh_CN": "此文件没有数据表接收该行"},
    "broken_quotes": {"en": "quotation marks do not match", "zh_CN": "引号不匹配"},
    "wrong_column_count": {"en": "more or fewer cells than the header", "zh_CN": "单元格数与表头不符"},
    "line_too_long": {"en": "the line is too long", "zh_CN": "行过长"},
    "wrong_encoding": {"en": "not text in the file's encoding", "zh_CN": "不符合文件编码"},
    "nul_byte": {"en": "holds a null byte", "zh_CN": "含空字节"},
    "shifted_row": {
        "en": "cells stand in columns of others (nothing of the row is kept, as names may stand anywhere in it)",
        "zh_CN": "单元格错列（姓名可能落在任何一列，因此整行均不保留）",
    },
    "stray_line_break": {"en": "a line break outside quotation marks", "zh_CN": "引号外有换行"},
}

UNCLAIMED = "unclaimed"
WHOLE_ROW = "*"
"""Stands for the column where a reason concerns the row as a whole."""


def reason_words(code: str, language: Language = "en") -> str:
    """The words for a reason code; the code itself, readable, where a row rule of the gate brought its own."""
    words = REASONS.get(code)
    return words[language] if words else code.replace("_", " ")
