"""Which pages show which figures, read from the pages' own files and from the shared functions that they call."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.metrics import metrics

PAGES = Path(__file__).parents[1]
DICTIONARY = "metrics"
"""The page that shows them all, and is named for none."""
NO_SCREENS = {"charts", "text"}


@dataclass(frozen=True)
class Part:
    """Some code without its tree, of which only one is held at a time: the texts in it, the families, and what it refers to.

    A family is what stands before and after the one name in a text like `f"five.{name}_rate"`.
    """

    texts: frozenset[str]
    families: frozenset[tuple[str, str]]
    uses: frozenset[tuple[Path, str]]

    @classmethod
    def of(cls, file: Path, code: ast.AST) -> "Part":
        """What `code`, which stands in `file`, says and uses."""
        every = list(ast.walk(code))
        return cls(
            texts=frozenset(n.value for n in every if isinstance(n, ast.Constant) and isinstance(n.value, str)),
            families=frozenset(_family(node) for node in every if isinstance(node, ast.JoinedStr)),
            uses=frozenset(used for node in every if (used := _used(file, node)) is not None),
        )


@cache
def where_used() -> Mapping[str, Sequence[str]]:
    """The pages that show each metric, by its code."""
    found: dict[str, list[str]] = {}
    for page in sorted(PAGES.glob("*.py")):
        if page.stem not in {"__init__", DICTIONARY}:
            for code in named(_reached(page)):
                found.setdefault(code, []).append(page.stem)
    return found


def named(parts: Iterable[Part]) -> set[str]:
    """The metrics that some code names: as a text, or as a family (`f"lead.{name}"`) and a name of it."""
    every = list(parts)
    texts = {text for part in every for text in part.texts}
    families = {family for part in every for family in part.families}
    made = {f"{start}{name}{end}" for start, end in families if start.endswith(".") for name in texts}
    return (texts | made) & set(metrics())


def _family(joined: ast.JoinedStr) -> tuple[str, str]:
    before, after = (
        part.value if isinstance(part, ast.Constant) else "" for part in (joined.values[0], joined.values[-1])
    )
    return str(before), str(after)


def _reached(page: Path) -> Iterator[Part]:
    """A page's file, the shared definitions that it uses, those that these use, and so on."""
    waiting = [Part.of(page, ast.parse(page.read_text("utf-8")))]
    seen: set[tuple[Path, str]] = set()
    while waiting:
        part = waiting.pop()
        yield part
        for path, name in part.uses - seen:
            seen.add((path, name))
            waiting += _definitions(path).get(name, ())


def _used(file: Path, node: ast.AST) -> tuple[Path, str] | None:
    """What a node refers to: `module.name` of a shared module, or a name of its own file."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _modules():
        return _modules()[node.value.id], node.attr
    return (file, node.id) if isinstance(node, ast.Name) and file.parent != PAGES else None


@cache
def _modules() -> Mapping[str, Path]:
    files = (PAGES / "shared").rglob("*.py")
    return {file.stem: file for file in files if not set(file.parts) & NO_SCREENS}


@cache
def _definitions(file: Path) -> Mapping[str, Sequence[Part]]:
    """The definitions of a file by name: functions, classes and values."""
    found: dict[str, list[Part]] = {}
    for statement in ast.parse(file.read_text("utf-8")).body:
        for name, definition in _defined(statement):
            found.setdefault(name, []).append(Part.of(file, definition))
    return found


def _defined(statement: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name, statement
        case ast.Assign(targets=[ast.Name(id=name)]):
            yield name, statement
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            yield from (
                (name.id, value) for name, value in zip(names, values, strict=True) if isinstance(name, ast.Name)
            )
