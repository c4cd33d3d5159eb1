"""An example source in a warehouse of its own, and what the command line says about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import text
from typer.testing import CliRunner, Result

from warehouse import db
from warehouse.__main__ import app

MAPPINGS = Path(__file__).parents[2] / "warehouse" / "feeds" / "mappings"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Loaded:
    """`folder` holds the files as published and truth.json, figures that somebody else computed from them.

    `first_words` is the document that the refresh printed.
    """

    name: str
    folder: Path
    database: db.Database
    environment: Mapping[str, str]
    first_words: str = ""

    def run(self, *words: str) -> Result:
        """What `python -m warehouse …` does."""
        return CliRunner().invoke(app, list(words), env=self.environment, catch_exceptions=False)

    def refresh(self) -> Result:
        """The source's files through both gates, onto the pointer."""
        mapping = MAPPINGS / f"{self.name}.yaml"
        return self.run("refresh", "--source", str(mapping), "--from", str(self.folder), "--json")

    def rows(self, metric: str, *, by: Sequence[str] = (), where: Sequence[str] = ()) -> list[Row]:
        """The rows of `figure METRIC --by … --where … --json`."""
        only = [word for condition in where for word in ("--where", condition)]
        result = self.run("figure", metric, "--by", ",".join(by), *only, "--json")
        assert result.exit_code == 0, result.stderr
        return list(json.loads(result.stdout)["rows"])

    def by(self, metric: str, dimension: str, *, where: Sequence[str] = ()) -> dict[str, Row]:
        """The rows of a figure by one dimension: months as 2015-01, nothing as (none)."""
        found = self.rows(metric, by=[dimension], where=where)
        names = {"month": lambda word: word[:7]}
        spelled = names.get(dimension, lambda word: "(none)" if word is None else word)
        return {spelled(row["by"][dimension]): row for row in found}

    def absent(self, metric: str, *, by: Sequence[str] = ()) -> str:
        """What the command line says of a figure that cannot be told."""
        result = self.run("figure", metric, "--by", ",".join(by))
        assert result.exit_code == 2, result.stdout
        return result.stderr

    def values(self, metric: str, dimension: str) -> dict[str, Any]:
        """The values of a figure by one dimension."""
        return {name: row["value"] for name, row in self.by(metric, dimension).items()}

    @cached_property
    def truth(self) -> dict[str, Any]:
        """The figures to agree with."""
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text("utf-8"))
        return found

    def sums(self) -> dict[str, dict[str, int]]:
        """What became of the rows delivered, by feed, after both gates."""
        rows = self.query(
            "select feed, sum(delivered) as delivered, sum(accepted) as accepted, sum(superseded) as superseded,"
            " sum(quarantined) as quarantined from published.load_feed group by feed"
        )
        return {row["feed"]: {name: int(row[name]) for name in row if name != "feed"} for row in rows}

    def quarantine(self) -> dict[tuple[str, str, str], int]:
        """Refused rows by feed, column and reason."""
        rows = self.query(
            "select feed, column_name, reason_code, count(*) as refused from published.quarantine group by 1, 2, 3"
        )
        return {(row["feed"], row["column_name"], row["reason_code"]): row["refused"] for row in rows}

    def query(self, question: str) -> list[Row]:
        """Rows as the loader sees them."""
        with self.database.loader.begin() as connection:
            return list(connection.execute(text(question)).mappings())


def whole(sums: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether every delivered row is accounted for, in every feed."""
    return bool(sums) and all(
        feed["delivered"] == feed["accepted"] + feed["superseded"] + feed["quarantined"] > 0 for feed in sums.values()
    )
