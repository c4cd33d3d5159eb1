"""XML as events, of whatever shape: names with their namespace, no document types."""

import zipfile
from collections.abc import Callable
from xml.parsers import expat

NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)

Start = Callable[[str, dict[str, str]], None]


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] = lambda _: None,
    characters: Callable[[str], None] = lambda _: None,
) -> None:
    """The events of a small part, by local names."""
    made = parser(
        lambda tag, attributes: start(tag.rpartition(" ")[2], attributes),
        lambda tag: end(tag.rpartition(" ")[2]),
        characters,
    )
    with archive.open(part) as file:
        made.ParseFile(file)


def parser(start: Start, end: Callable[[str], None], characters: Callable[[str], None]) -> expat.XMLParserType:
    """A parser that calls with `namespace name`."""

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type")

    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True
    made.StartElementHandler = start
    made.EndElementHandler = end
    made.CharacterDataHandler = characters
    made.StartDoctypeDeclHandler = refuse
    return made
