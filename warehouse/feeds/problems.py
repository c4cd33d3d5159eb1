"""What can be wrong with a mapping or a file it is for: one closed list, each kind with its sentence in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from warehouse.feeds.contract import Language

SENTENCES: dict[str, tuple[str, str]] = {
    "not_yaml": ("this is not YAML: {value}", "不是有效的 YAML：{value}"),
    "no_such_file": ("there is no such file", "没有这个文件"),
    "unknown_key": ("“{value}” is not a key here", "此处没有“{value}”这个键"),
    "key_twice": ("“{value}” stands here twice; only one would count", "“{value}” 在此出现两次，只有一个会生效"),
    "key_missing": ("“{value}” is missing here", "此处缺少“{value}”"),
    "wrong_shape": ("expected {value}", "此处应为：{value}"),
    "unknown_feed": ("there is no feed “{value}”", "没有名为“{value}”的数据表"),
    "unknown_contract_column": ("feed {feed} has no column “{value}”", "数据表 {feed} 没有“{value}”列"),
    "unknown_zone": ("“{value}” is no time zone of the IANA list", "“{value}” 不是 IANA 时区"),
    "unknown_currency": ("“{value}” is no ISO 4217 currency code", "“{value}” 不是 ISO 4217 币种代码"),
    "bad_expression": ("“{value}” is no regular expression", "“{value}” 不是有效的正则表达式"),
    "code_not_in_list": (
        "“{value}” is not one of the codes of {feed}.{column}",
        "“{value}” 不在 {feed}.{column} 的代码表中",
    ),
    "personal_needs_plain": (
        "{feed}.{column} holds personal data: it takes one header as it is (`{column}: Header`), nothing computed",
        "{feed}.{column} 是个人信息，只能直接对应一个表头（`{column}: 表头`），不能计算得出",
    ),
    "personal_in_clear": (
        "header “{value}” holds personal data ({header}) and is also used in clear for {other}",
        "表头“{value}”是个人信息（{header}），却又以明文用于 {other}",
    ),
    "key_unknown": (
        "{feed}.{column} is part of the key: it cannot be unknown",
        "{feed}.{column} 是主键的一部分，不能标为未知",
    ),
    "required_unmapped": (
        "{feed}.{column} is required: map it to a header, a constant, or say `unknown: why`",
        "{feed}.{column} 为必填：请对应到表头、常量，或写明 `unknown: 原因`",
    ),
    "one_of_unmapped": ("{feed} needs one of {value}", "{feed} 需要下列之一：{value}"),
    "lookup_lost": (
        "“{value}” is no pattern of this mapping: a lookup names the pattern of another of its files",
        "“{value}” 不是本映射中的文件模式：lookup 须写明本映射中另一个文件的模式",
    ),
    "lookup_circle": (
        "files look things up in each other, round in a circle: {value}",
        "文件之间的 lookup 形成了循环：{value}",
    ),
    "lookup_itself": (
        "a file cannot look things up in itself; what its later rows say goes to a feed of their own, such as"
        " complaint_events",
        "文件不能在自身中查找；后续各行所述内容应写入单独的数据表，例如 complaint_events",
    ),
    "lookup_file_absent": (
        "things are looked up in a file “{value}”, and none has come with this one",
        "需要在文件“{value}”中查找，但它没有与此文件一同交付",
    ),
    "no_pattern": (
        "no pattern of the mapping matches this file; it is not read (`ignore:` at the top says that this is meant)",
        "映射中没有匹配此文件的模式，此文件不会被读取（如属有意，请写入顶层 `ignore:`）",
    ),
    "feed_unfilled": (
        "each {feed}.{column} must stand in {value}, which this mapping does not fill: unless {value} come from elsewhere,"
        " every row is quarantined; fill a feed {value} too, from constants if need be",
        "{feed}.{column} 的每个值都须在 {value} 中，而本映射未填写 {value}：除非另有来源，所有行都会被隔离；请同时填写"
        " {value}（可用常量）",
    ),
    "region_unknown": (
        "a region cannot be unknown, a refresh is held for it; `{column}: {{constant: all}}` makes one region of all",
        "大区不能为未知，否则刷新会被暂扣；`{column}: {{constant: all}}` 可将全部归为一个大区",
    ),
    "no_file": ("no file matches the pattern “{value}”", "没有文件匹配模式“{value}”"),
    "same_file": ("this is the same file as {value}; it counts once", "此文件与 {value} 完全相同，只计一次"),
    "unreadable": ("this file cannot be read: {value}", "此文件无法读取：{value}"),
    "empty": ("this file has no rows", "此文件没有数据行"),
    "header_absent": (
        "the mapping names the header “{value}”; the file has none such",
        "映射中的表头“{value}”在文件中不存在",
    ),
    "header_unmapped": (
        "header “{value}” is neither mapped nor ignored; its cells are landed and not used",
        "表头“{value}”既未映射也未忽略；其内容已落地但不会被使用",
    ),
    "value_unmapped": (
        "“{value}” of header “{header}” is not in the dictionary of {feed}.{column}; such rows are quarantined",
        "表头“{header}”的值“{value}”不在 {feed}.{column} 的字典中，这些行会被隔离",
    ),
    "value_to_nothing": (
        "“{value}” of header “{header}” means nothing to {feed}.{column}, which is required; such rows are quarantined",
        "表头“{header}”的值“{value}”在 {feed}.{column} 中表示空，而该列必填，这些行会被隔离",
    ),
    "date_ambiguous": (
        "“{value}” of header “{header}” can be read in two orders; say `date: dmy` or `date: mdy`",
        "表头“{header}”的值“{value}”有两种读法；请写明 `date: dmy` 或 `date: mdy`",
    ),
    "nothing_recognised": (
        "no header of this file is a column of {feed}, in English or Chinese",
        "此文件的表头与 {feed} 的列（英文或中文）均不一致",
    ),
}

STOPPING = frozenset(SENTENCES) - {
    "feed_unfilled",
    "region_unknown",
    "value_to_nothing",
    "no_pattern",
    "no_file",
    "same_file",
    "empty",
    "header_unmapped",
    "value_unmapped",
    "date_ambiguous",
}
"""Kinds after which a file must not be read; the others are said, and the reading goes on."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (file, line, column), of which kind, with which value, and what would fit instead."""

    kind: str
    file: str
    line: int | None = None
    column: str | None = None
    feed: str | None = None
    value: str = ""
    header: str = ""
    other: str = ""
    fits: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether the file (or the mapping) cannot be used before this is put right."""
        return self.kind in STOPPING

    def what(self, language: Language = "en") -> str:
        """The sentence that says what is wrong."""
        sentence = SENTENCES[self.kind][0 if language == "en" else 1]
        return sentence.format(
            value=self.value, feed=self.feed, column=self.column, header=self.header, other=self.other
        )

    def told(self, language: Language = "en") -> str:
        """One line: place, what is wrong, what would fit."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        if not self.fits:
            return f"{place}: {self.what(language)}"
        fits = _listed(self.fits, language)
        return (
            f"{place}: {self.what(language)}; {fits} would fit"
            if language == "en"
            else f"{place}：{self.what(language)}；可用：{fits}"
        )

    def __str__(self) -> str:
        """The line in English."""
        return self.told()


class MappingError(ValueError):
    """A mapping that cannot be used; `problems` says everything that is wrong with it, not only the first thing."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """The text of the error has one line a problem."""
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.told() for problem in self.problems))


def _listed(words: Sequence[str], language: Literal["en", "zh_CN"]) -> str:
    return (" or " if language == "en" else "、").join(words)
