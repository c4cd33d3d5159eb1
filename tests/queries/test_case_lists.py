"""The cases behind figures: rows in, lists out; how far back they reach, in which order, and who may see them."""

import random
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from tests.harness import House
from warehouse import db
from warehouse.queries import case_lists
from warehouse.scope import Period, Scope

UNTIL = datetime(2026, 6, 30, 12, tzinfo=UTC)
OLDEST = date(2026, 3, 31)
"""The day 91 days before the data date: the oldest that is kept."""
TABLES = ("complaint_case", "lead_case", "survey_case", "event_case")
HEAD = "head@example.com"
BRANCHES = [
    {"branch_id": name, "branch_name": name, "region_id": name[0], "region_name": name[0]} for name in ("n1", "s1")
]


@pytest.fixture
def house(database: db.Database) -> House:
    made = House(database=database, zone="Asia/Shanghai", only=(*TABLES, "lead_source")).open()
    made.grant(HEAD, region="s")
    return made


def _at(day: date, hour: int = 4) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def complaint(name: str, opened: datetime, branch: str = "n1", **more: object) -> dict[str, object]:
    return {"complaint_id": name, "branch_id": branch, "opened_at": opened, "severity_code": "low", **more}


def test_complaints_are_late_first_then_due_then_newest(house: House) -> None:
    days = {name: UNTIL - timedelta(days=ago) for name, ago in {"old": 200, "a": 40, "b": 30, "c": 20, "d": 3}.items()}
    due = UNTIL - timedelta(days=1)
    rows = [
        complaint("open, long ago", days["old"], severity_code=None),
        complaint("over, long ago", days["old"], resolved_at=days["a"], outcome_code="resolved"),
        complaint("over", days["a"], resolved_at=days["b"], outcome_code="resolved", due_at=days["c"]),
        complaint("over too late", days["b"], resolved_at=days["c"], outcome_code="resolved", due_at=days["b"]),
        complaint("late", days["c"], due_at=due),
        complaint("later", days["d"], due_at=due - timedelta(days=1), category_code="x"),
        complaint("due", days["d"], due_at=UNTIL + timedelta(days=2)),
    ]
    house.deliver(until=UNTIL, branches=BRANCHES, complaints=rows)
    listed = case_lists.complaints(house.reader(), Scope())
    assert list(listed["complaint_id"]) == ["later", "late", "due", "open, long ago", "over too late", "over"]
    assert list(listed["sla"].fillna("-")) == ["breached_open"] * 2 + ["running", "-", "breached_closed", "met"]
    assert set(listed["cases"]) == {6}
    narrowed = case_lists.complaints(house.reader(), Scope(filters={"category": ("x",)}))
    assert list(narrowed["complaint_id"]) == ["later"]
    assert list(case_lists.complaints(house.reader(), Scope(), most=2)["complaint_id"]) == ["later", "late"]
    assert set(case_lists.complaints(house.reader(), Scope(), most=2)["cases"]) == {6}


def test_a_case_is_kept_for_92_days_of_the_reporting_zone(house: House) -> None:
    edge = datetime(2026, 3, 30, 16, tzinfo=UTC)  # midnight in Shanghai: the 31st begins
    leads = [
        {"lead_id": "just out", "branch_id": "n1", "collected_at": edge - timedelta(seconds=1)},
        {"lead_id": "just in", "branch_id": "n1", "collected_at": edge},
        {"lead_id": "newest", "branch_id": "n1", "collected_at": UNTIL},
        {"lead_id": "to come", "branch_id": "n1", "collected_at": UNTIL + timedelta(seconds=1)},
        {"lead_id": "no day", "branch_id": "n1", "collected_at": None},
    ]
    house.deliver(until=UNTIL, branches=BRANCHES, leads=leads)
    listed = case_lists.leads(house.reader(), Scope())
    assert list(listed["lead_id"]) == ["newest", "just in"]
    first = Period(start=OLDEST, end=OLDEST + timedelta(days=1))
    assert list(case_lists.leads(house.reader(), Scope(period=first))["lead_id"]) == ["just in"]
    assert (UNTIL.date() - OLDEST).days == case_lists.DAYS_KEPT - 1


def test_leads_stand_at_the_stage_they_got_to_and_are_narrowed_by_source(house: House) -> None:
    leads = [
        {"lead_id": name, "branch_id": "n1", "collected_at": UNTIL - timedelta(days=9), "source_code": source, **more}
        for name, source, more in (
            ("fresh", "fair", {}),
            ("fake", "fair", {"is_genuine": False}),
            ("bought", "radio", {"is_genuine": True, "customer_id": "c1"}),
        )
    ]
    orders = [
        {"order_id": "o", "branch_id": "n1", "customer_id": "c1", "ordered_at": UNTIL, "amount": 1, "currency": "CNY"}
    ]
    sources = [
        {"source_code": "fair", "source_group": "event"},
        {"source_code": "radio", "source_group": "media"},
    ]
    house.deliver(until=UNTIL, branches=BRANCHES, leads=leads, orders=orders, lead_sources=sources)
    listed = case_lists.leads(house.reader(), Scope()).set_index("lead_id")
    assert listed["stage"].to_dict() == {"fresh": 1, "fake": 1, "bought": 6}
    assert listed["is_genuine"].to_dict() == {"fresh": None, "fake": False, "bought": True}
    for scope in (Scope(filters={"source": ("radio",)}), Scope(filters={"source_group": ("media",)})):
        assert list(case_lists.leads(house.reader(), scope)["lead_id"]) == ["bought"]


def test_answers_begin_with_the_least_satisfied_on_any_scale(house: House) -> None:
    asked = {"a": (1, 5, 4), "b": (0, 10, 1), "c": (1, 5, None), "d": (1, 5, 1), "still out": None}
    surveys = [
        {"invite_id": name, "branch_id": "n1", "sent_at": UNTIL - timedelta(days=5), "method_code": "phone"}
        | ({"answered_at": UNTIL - timedelta(days=4)} if scored else {})
        for name, scored in asked.items()
    ]
    answers = [
        {
            "invite_id": name,
            "question_code": "overall",
            "scale_min": scored[0],
            "scale_max": scored[1],
            "score": scored[2],
        }
        for name, scored in asked.items()
        if scored and scored[2] is not None
    ]
    answers.append({"invite_id": "c", "question_code": "recommend", "scale_min": 0, "scale_max": 10, "score": 3})
    house.deliver(until=UNTIL, branches=BRANCHES, surveys=surveys, survey_answers=answers)
    listed = case_lists.answers(house.reader(), Scope())
    assert list(listed["invite_id"]) == ["d", "b", "a", "c"]
    assert listed.set_index("invite_id")["recommend"].dropna().to_dict() == {"c": 3}
    assert case_lists.answers(house.reader(), Scope(filters={"method": ("letter",)})).empty


def test_events_count_their_guests(house: House) -> None:
    events = [
        {"event_id": name, "branch_id": "n1", "event_kind": "talk", "held_on": day}
        for name, day in (("old", OLDEST - timedelta(days=1)), ("full", date(2026, 6, 1)), ("empty", date(2026, 6, 2)))
    ]
    came = [(True, True), (True, False), (False, False)]
    guests = [
        {"event_id": "full", "lead_id": f"l{at}", "is_attended": attended, "is_existing_customer": existing}
        | ({"confirmed_at": UNTIL - timedelta(days=40)} if at < 1 else {})
        for at, (attended, existing) in enumerate(came)
    ]
    house.deliver(until=UNTIL, branches=BRANCHES, events=events, attendances=guests)
    listed = case_lists.events(house.reader(), Scope()).set_index("event_id")
    assert list(listed.index) == ["empty", "full"]
    assert listed.loc["full", ["invited", "confirmed", "attended", "existing"]].tolist() == [3, 1, 2, 1]
    assert listed.loc["empty", ["invited", "attended"]].tolist() == [0, 0]


def _company(chance: random.Random) -> dict[str, list[dict[str, object]]]:
    """Everything that the four lists are made from, over half a year."""

    def moment() -> datetime:
        return UNTIL - timedelta(hours=chance.randrange(24 * 180))

    def branch() -> str:
        return chance.choice(["n1", "s1"])

    opened = [moment() for _ in range(40)]
    return {
        "complaints": [
            complaint(f"k{at}", day, branch(), **({"resolved_at": day + timedelta(days=3)} if at % 3 else {}))
            for at, day in enumerate(opened)
        ],
        "leads": [{"lead_id": f"l{at}", "branch_id": branch(), "collected_at": moment()} for at in range(40)],
        "surveys": [
            {"invite_id": f"i{at}", "branch_id": branch(), "sent_at": moment(), "customer_id": f"c{at}"}
            for at in range(40)
        ],
        "survey_answers": [
            {"invite_id": f"i{at}", "question_code": "overall", "scale_min": 1, "scale_max": 5, "score": at % 5 + 1}
            for at in range(0, 40, 2)
        ],
        "events": [
            {"event_id": f"e{at}", "branch_id": branch(), "event_kind": "talk", "held_on": moment().date()}
            for at in range(20)
        ],
        "attendances": [
            {"event_id": f"e{chance.randrange(20)}", "lead_id": f"l{at}", "is_attended": at % 2 == 0}
            for at in range(40)
        ],
    }


@pytest.mark.parametrize("seed", range(3))
def test_deliveries_in_any_pieces_end_where_making_everything_anew_ends(house: House, seed: int) -> None:
    chance = random.Random(seed)
    house.deliver(until=UNTIL - timedelta(days=60), branches=BRANCHES)
    pieces = [(feed, row) for feed, rows in _company(chance).items() for row in rows]
    chance.shuffle(pieces)
    for part in range(4):
        feeds: dict[str, list[dict[str, object]]] = {}
        for feed, row in pieces[part::4]:
            feeds.setdefault(feed, []).append(row)
        house.deliver(until=UNTIL - timedelta(days=30 - 10 * part), **feeds)
    piecemeal = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table, rows in piecemeal.items():
        assert len(rows) > 3
        pd.testing.assert_frame_equal(rows, house.published(table))


def test_a_head_finds_cases_of_own_branches_alone(house: House) -> None:
    house.deliver(until=UNTIL, branches=BRANCHES, **_company(random.Random(1)))
    for question in (case_lists.complaints, case_lists.leads, case_lists.answers, case_lists.events):
        everything, own = question(house.reader(), Scope()), question(house.reader(HEAD), Scope())
        assert set(everything["branch_id"]) == {"n1", "s1"}
        assert set(own["branch_id"]) == {"s1"}
        assert own["cases"].iloc[0] == len(own) == (everything["branch_id"] == "s1").sum()
        assert question(house.reader(), Scope(regions=("n",)))["cases"].iloc[0] == len(everything) - len(own)
