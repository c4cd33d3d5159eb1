"""YAML with line numbers, every scalar as it is written: `NO`, `1` and `off` stay the words they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from warehouse.feeds.problems import MappingError, Problem

DEEPEST, MOST_NODES = 30, 100_000
"""A few lines of names inside names would unfold to more than any memory holds."""
MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class Node:
    """One place of a YAML file: a word, a list or a mapping, and the line (from 1) where it starts."""

    value: "str | list[Node] | dict[str, Node]"
    line: int


def load(path: Path) -> Node:
    """The file as nodes; MappingError if it is missing, is not YAML, is empty or says a key twice."""
    try:
        composed = yaml.compose(path.read_text("utf-8-sig"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise MappingError([Problem("no_such_file", path.name)]) from None
    except RecursionError:
        raise _too_deep(path.name, None) from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else None
        said = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error).partition("\n")[0]
        raise MappingError([Problem("not_yaml", path.name, line, value=said or "")]) from None
    if composed is None:
        raise MappingError([Problem("not_yaml", path.name, value="the file is empty")])
    return _node(composed, path.name, 0, iter(range(MOST_NODES)))


def _too_deep(file: str, line: int | None) -> MappingError:
    return MappingError([Problem("not_yaml", file, line, value="nested too deep, or a node inside itself")])


def _node(composed: yaml.Node, file: str, depth: int, left: Iterator[int]) -> Node:
    line = composed.start_mark.line + 1
    if depth > DEEPEST:
        raise _too_deep(file, line)
    if next(left, None) is None:
        raise MappingError([Problem("not_yaml", file, line, value=f"it unfolds to more than {MOST_NODES} places")])
    if isinstance(composed, yaml.MappingNode):
        return Node(_entries(composed, file, depth, left), line)
    if isinstance(composed, yaml.SequenceNode):
        return Node([_node(item, file, depth + 1, left) for item in composed.value], line)
    return Node(_word(composed), line)


def _entries(composed: yaml.MappingNode, file: str, depth: int, left: Iterator[int]) -> dict[str, Node]:
    """What stands under each key; `<<: *name` takes over what stands under a name, but for what is said beside it."""
    taken_over: dict[str, Node] = {}
    entries: dict[str, Node] = {}
    for key, value in composed.value:
        name = _word(key)
        if key.tag == MERGE and isinstance(value, yaml.MappingNode):
            if depth > DEEPEST:
                raise _too_deep(file, key.start_mark.line + 1)
            taken_over |= _entries(value, file, depth + 1, left)
            continue
        if name in entries:
            raise MappingError([Problem("key_twice", file, key.start_mark.line + 1, value=name)])
        entries[name] = Node(_node(value, file, depth + 1, left).value, key.start_mark.line + 1)
    return taken_over | entries


def _word(scalar: yaml.Node) -> str:
    if not isinstance(scalar, yaml.ScalarNode):
        return str(scalar.value)
    empty = scalar.tag == "tag:yaml.org,2002:null" and not scalar.style
    return "" if empty else str(scalar.value)
