"""What a branch head may be told of the whole company: nothing by which the few complaints of others could be worked out.

The head asks everything there is to ask, with periods that differ by a day and every filter. Each answer is a sum over the
complaints of others, known once the own are taken off; what linear algebra makes of all answers together is all that can be known.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

SMALLEST = 20
UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
MONTHS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
OWN, OTHERS = "A", ("B", "C", "D", "E")
HEAD = "a@example.com"
CODES = {"category": ("late", "rude", "wrong", "lost", "dear"), "severity": ("low", "high", "normal")}
COMPLAINTS = 320
Sums = npt.NDArray[np.float64]


def complaints(*, seed: int) -> list[dict[str, object]]:
    """Some months are full, one is nearly empty; some categories are rare, one is the head's alone in a month."""
    chance = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for number in range(COMPLAINTS):
        month = MONTHS[int(chance.choice(3, p=[0.62, 0.33, 0.05]))]
        opened = datetime(month.year, month.month, int(chance.integers(1, 28)), 9, tzinfo=UTC)
        branch = str(chance.choice([OWN, *OTHERS], p=[0.3, 0.3, 0.2, 0.15, 0.05]))
        category = str(chance.choice(CODES["category"], p=[0.45, 0.3, 0.13, 0.09, 0.03]))
        if category == "lost" and month == MONTHS[0]:
            branch = OWN
        rows.append(
            {
                "complaint_id": f"K{number}",
                "branch_id": branch,
                "opened_at": opened,
                "due_at": opened + timedelta(hours=24),
                "resolved_at": opened + timedelta(hours=float(chance.choice([12, 48], p=[0.7, 0.3]))),
                "category_code": category,
                "severity_code": str(chance.choice(CODES["severity"], p=[0.6, 0.3, 0.1])),
            }
        )
    return rows


@dataclass(frozen=True)
class Company:
    """The house, and the complaints in it: one row each, with `month`, `late` and codes."""

    house: House
    cases: pd.DataFrame


@pytest.fixture(scope="module")
def company(server: URL, template: str) -> Iterator[Company]:
    made = db.embedded(server, "promises", template=template)
    tables = ("branch", "complaint_cohort", "complaint_company")
    house = House(made, only=tables).open()
    branches = [
        {"branch_id": name, "branch_name": name, "region_id": "r", "region_name": "r"} for name in (OWN, *OTHERS)
    ]
    rows = complaints(seed=3)
    house.deliver(branches=branches, complaints=rows, until=UNTIL)
    house.grant(HEAD, branch=OWN)
    cases = pd.DataFrame(rows).rename(columns={"category_code": "category", "severity_code": "severity"})
    late = cases["resolved_at"] > cases["due_at"]
    yield Company(house, cases.assign(late=late, month=pd.to_datetime(cases["opened_at"]).dt.date.map(_first)))
    made.dispose()


def _first(day: date) -> date:
    return day.replace(day=1)


def scopes() -> Iterator[tuple[Scope, tuple[str, ...]]]:
    """All periods between days near the ends of months, each with no filter, one, and two, by nothing, one thing, and a month."""
    days = sorted({day + timedelta(days) for day in (*MONTHS, date(2026, 4, 1)) for days in (-1, 0, 1, 14)})
    periods = [None, *(Period(start, end) for start, end in itertools.combinations(days, 2))]
    single = [{name: chosen} for name, codes in CODES.items() for chosen in _chosen(codes)]
    double = [{"category": ("late",), "severity": (code,)} for code in CODES["severity"]]
    for number, period in enumerate(periods):
        filters: list[dict[str, tuple[str, ...]]] = [{}, *single, *double]
        for filter_ in filters if number % 22 == 0 else [{}]:
            for by in ((), ("category",), ("severity", "month"), ("category", "severity")):
                yield Scope(period=period, filters=filter_), by


def _chosen(codes: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield from ((code,) for code in codes)
    yield from itertools.combinations(codes, 2)


class Known:
    """What the head has been told: sums over cells of the complaints of others, a cell being a month and all codes."""

    def __init__(self, company: Company) -> None:
        cases = company.cases
        self.cells = list(itertools.product(MONTHS, *CODES.values()))
        self.places = {cell: place for place, cell in enumerate(self.cells)}
        self.others = cases[cases["branch_id"] != OWN]
        self.cases = cases
        self.told: set[tuple[int, ...]] = set()

    def hear(self, scope: Scope, by: tuple[str, ...], answers: pd.DataFrame) -> None:
        """Take in the rows of one answer; each is held against what the company did, so that it means what is thought here."""
        for row in answers[answers["centre"].notna()].to_dict("records"):
            within = self._asked(scope, {name: row[name] for name in by})
            meant = self.cases[[cell in within for cell in self._cells_of(self.cases)]]
            assert row["centre"] == pytest.approx(meant["late"].mean()), (scope, by, row)
            self.told.add(tuple(sorted(self.places[cell] for cell in within)))

    def _asked(self, scope: Scope, group: dict[str, object]) -> set[tuple[object, ...]]:
        """The cells that an answer is about: those of every month that its period touches."""
        period = scope.period
        wanted = {name: (group[name],) if name in group else scope.filters.get(name, CODES[name]) for name in CODES}
        months = [
            month
            for month in MONTHS
            if (period is None or (month < period.end and month >= _first(period.start)))
            and month == group.get("month", month)
        ]
        return set(itertools.product(months, *wanted.values()))

    def _cells_of(self, cases: pd.DataFrame) -> list[tuple[object, ...]]:
        return list(cases[["month", *CODES]].itertuples(index=False, name=None))

    def sums(self) -> Sums:
        """One row per answer, one column per cell."""
        found = np.zeros((len(self.told), len(self.cells)))
        for number, cells in enumerate(self.told):
            found[number, list(cells)] = 1
        return found

    def count(self, asked: Sums) -> int:
        """How many complaints of others lie in a sum of cells."""
        many = pd.Series(self._cells_of(self.others)).value_counts()
        return int(sum(weight * many.get(cell, 0) for cell, weight in zip(self.cells, asked, strict=True)))


def ask(reader: Reader, scope: Scope, by: tuple[str, ...]) -> pd.DataFrame:
    """The centre of every group, whatever the own figures: as the pages ask, below the smallest base."""
    rows = reader.frame(
        "complaint_branch",
        from_on=scope.period.start if scope.period else None,
        until_on=scope.period.end if scope.period else None,
        regions=[],
        branches=[],
        by=list(by),
        complaint_cohort_grain="rows",
        **{name: list(scope.filters.get(name, ())) for name in ("category", "severity", "channel", "cause")},
    )
    return rows.assign(centre=rows["centre"].astype(float))


def secrets(known: Known) -> Iterator[tuple[str, Sums]]:
    """Every sum that is few complaints of others, of a month, of a code in a month, and of two such together."""
    ones = [(f"{month}", {cell for cell in known.cells if cell[0] == month}) for month in MONTHS]
    for place, (name, codes) in enumerate(CODES.items(), 1):
        ones += [
            (f"{name} {code} in {month}", {cell for cell in known.cells if cell[0] == month and cell[place] == code})
            for month in MONTHS
            for code in codes
        ]
    for called, cells in [*ones, *((f"{a}, {b}", c | d) for (a, c), (b, d) in itertools.combinations(ones, 2))]:
        asked = np.array([float(cell in cells) for cell in known.cells])
        if 0 < known.count(asked) < SMALLEST:
            yield called, asked


def test_nothing_few_can_be_worked_out_from_everything_a_head_may_ask(company: Company) -> None:
    reader, known = company.house.reader(HEAD), Known(company)
    for scope, by in scopes():
        known.hear(scope, by, ask(reader, scope, by))
    answers, few = known.sums(), list(secrets(known))
    assert len(answers) > 10, "something is told"
    assert len(few) > 10, "and there is something to keep"
    assert [known.count(answer) for answer in answers if 0 < known.count(answer) < SMALLEST] == []
    rank = np.linalg.matrix_rank(answers)
    assert [called for called, asked in few if np.linalg.matrix_rank(np.vstack([answers, asked])) == rank] == []


def test_what_the_pages_ask_is_no_other(company: Company) -> None:
    scope = Scope(period=Period(MONTHS[0], MONTHS[1]))
    head, plain = company.house.reader(HEAD), ("category",)
    asked, shown = ask(head, scope, plain), figure(head, "complaint.branch", scope, by=plain)
    both = asked.merge(shown, on="category", suffixes=("", "_shown"))
    is_shown = both["suppressed"].isna()
    assert is_shown.any()
    pd.testing.assert_series_equal(both["centre"][is_shown], both["centre_shown"][is_shown], check_names=False)


def test_who_sees_every_branch_has_the_company_to_the_day(company: Company) -> None:
    period = Period(date(2026, 1, 5), date(2026, 1, 19))
    scope = Scope(period=period, filters={"severity": ("low",)})
    found = ask(company.house.reader(EXECUTIVE), scope, ("category",)).set_index("category")["centre"]
    cases = company.cases
    day = pd.to_datetime(cases["opened_at"]).dt.date
    within = cases[(day >= period.start) & (day < period.end) & (cases["severity"] == "low")]
    assert found.to_dict() == pytest.approx(within.groupby("category")["late"].mean().to_dict())


def test_raw_rows_are_for_those_alone_who_see_every_branch(company: Company) -> None:
    for person, sees in ((HEAD, False), (EXECUTIVE, True)):
        with company.house.reader(person).transaction() as connection:
            rows = connection.exec_driver_sql("select count(*) from published.complaint_company").scalar_one()
        assert (rows > 0) == sees
