"""What comes after a complaint: a few rows typed by hand, and the figure worked out beside them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tests.harness import House
from warehouse import db
from warehouse.causes import causes, gaps
from warehouse.metrics import Metric, metrics
from warehouse.queries import figures
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.scope import Scope

TABLES = (
    "complaint_cohort",
    "complaint_peer",
    "complaint_recovery",
    "complaint_resolved",
    "complaint_silent",
    "five_month",
    "order_day",
)
Row = dict[str, object]
EVER = Scope()
BRANCHES = [
    {"branch_id": name, "branch_name": name, "region_id": name[0], "region_name": name[0]}
    for name in ("N1", "N2", "S1", "S2")
]
UNTIL = datetime(2026, 12, 31, 12, tzinfo=UTC)


@pytest.fixture
def house(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> House:
    """An open house that shows figures of a single case."""
    every: Mapping[str, Metric] = {
        code: Metric(**{**about.__dict__, "smallest_base": 0}) for code, about in metrics().items()
    }
    monkeypatch.setattr(figures, "metrics", lambda: every)
    return House(database, only=TABLES).open()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def complaint(name: str, opened: str, resolved: str | None = None, **others: object) -> Row:
    return {
        "complaint_id": name,
        "branch_id": "N1",
        "category_code": "late",
        "customer_id": "ann",
        "opened_at": at(opened),
        "resolved_at": at(resolved) if resolved else None,
        **others,
    }


def event(name: str, code: str, happened: str) -> Row:
    return {"complaint_id": name, "event_code": code, "happened_at": at(happened)}


def order(name: str, customer: str, ordered: str, branch: str = "N1") -> Row:
    return {"order_id": name, "customer_id": customer, "branch_id": branch, "ordered_at": at(ordered), "amount": 100}


def contact(name: str, customer: str, started: str, purpose: str = "complaint") -> Row:
    return {
        "contact_id": name,
        "branch_id": "N1",
        "channel_code": "phone",
        "purpose_code": purpose,
        "started_at": at(started),
        "outcome_code": "reached",
        "customer_id": customer,
    }


def counted(house: House, metric: str, *by: str, scope: Scope = EVER) -> pd.DataFrame:
    return figure(house.reader(), metric, scope, by=by)


def shares(house: House, metric: str) -> tuple[float, ...]:
    row = counted(house, metric).iloc[0]
    return (row["numerator"], row["denominator"], row["pending"])


class TestReopened:
    def deliver(self, house: House, *log: Row) -> None:
        house.deliver(
            branches=BRANCHES,
            complaints=[complaint("a", "2026-03-01"), complaint("late", "2026-12-01", "2026-12-02T09:00")],
            complaint_events=[event("a", "resolved", "2026-03-05T10:00"), *log],
            until=UNTIL,
        )

    @pytest.mark.parametrize(
        ("reopened", "expected"), [("2026-04-04T10:00", 1), ("2026-04-04T10:01", 0), ("2026-03-05T10:30", 1)]
    )
    def test_within_thirty_times_24_hours(self, house: House, reopened: str, expected: int) -> None:
        # `late` was resolved on 2 December: its 30 whole days are the 3rd to the 1st of January, not over on 31 December.
        self.deliver(house, event("a", "reopened", reopened))
        assert shares(house, "complaint.reopen_rate") == (expected, 1, 1)

    def test_counts_the_first_resolution_even_where_the_complaint_ended_otherwise(self, house: House) -> None:
        self.deliver(house, event("a", "reopened", "2026-03-07T10:00"), event("a", "resolved", "2026-06-01T10:00"))
        found = counted(house, "complaint.reopen_rate", "month")
        assert [str(month) for month in found["month"]] == ["2026-03-01", "2026-12-01"]

    def test_withdrawn_is_not_resolved_and_rejected_is(self, house: House) -> None:
        outcomes = ("withdrawn", "transferred", "rejected", "resolved", None)
        house.deliver(
            branches=BRANCHES,
            complaints=[
                complaint(f"c{n}", "2026-03-01", "2026-03-02", outcome_code=code) for n, code in enumerate(outcomes)
            ],
            complaint_events=[event("c4", "opened", "2026-03-01")],
            until=UNTIL,
        )
        assert shares(house, "complaint.reopen_rate") == (0, 3, 0)

    def test_without_the_log_nobody_knows(self, house: House) -> None:
        house.deliver(branches=BRANCHES, complaints=[complaint("a", "2026-03-01", "2026-03-02")], until=UNTIL)
        with pytest.raises(FeedAbsent, match="complaint_events"):
            counted(house, "complaint.reopen_rate")


class TestFirstContact:
    @pytest.mark.parametrize(
        ("later", "expected"),
        [
            ({}, 1),
            ({"contacts": [contact("k", "ann", "2026-03-09T10:00")]}, 0),  # the very end of 7 × 24 hours
            ({"contacts": [contact("k", "ann", "2026-03-09T10:01")]}, 1),
            ({"contacts": [contact("k", "ann", "2026-03-02T10:00")]}, 1),  # the call that resolved it
            ({"contacts": [contact("k", "ann", "2026-03-04", purpose="care")]}, 1),
            ({"contacts": [contact("k", "bob", "2026-03-04")]}, 1),
            ({"complaints": [complaint("b", "2026-03-05", category_code="rude", branch_id="S1")]}, 0),
            ({"complaints": [complaint("b", "2026-03-05", customer_id="bob")]}, 1),
            ({"complaint_events": [event("a", "reopened", "2026-03-04")]}, 0),
            ({"complaint_events": [event("a", "reopened", "2026-03-20")]}, 1),
        ],
    )
    def test_nothing_more_was_heard_for_a_week(self, house: House, later: dict[str, list[Row]], expected: int) -> None:
        house.deliver(
            branches=BRANCHES,
            complaints=[complaint("a", "2026-03-01")],
            complaint_events=[event("a", "resolved", "2026-03-02T10:00")],
            contacts=[contact("other", "eve", "2026-01-01")],
            until=UNTIL,
        )
        house.deliver(**later, until=UNTIL)
        found = counted(house, "complaint.first_contact_rate").iloc[0]
        assert (found["numerator"], found["denominator"]) == (expected, 1)

    def test_of_a_complaint_without_customer_only_a_reopening_is_seen(self, house: House) -> None:
        house.deliver(
            branches=BRANCHES,
            complaints=[
                complaint("a", "2026-03-01", "2026-03-02", customer_id=None),
                complaint("b", "2026-03-03", customer_id=None),
            ],
            contacts=[contact("k", "ann", "2026-03-03")],
            until=UNTIL,
        )
        assert shares(house, "complaint.first_contact_rate") == (1, 1, 0)


class TestRepeated:
    def test_counts_each_complaint_that_another_follows(self, house: House) -> None:
        # a is followed by b within 30 days, b by c, c by nothing; the rude one is another category, the nameless ones are
        # on neither side, bob's second comes one minute too late, and december has not had its 30 days.
        house.deliver(
            branches=BRANCHES,
            complaints=[
                complaint("a", "2026-03-01"),
                complaint("b", "2026-03-10", branch_id="S1"),
                complaint("c", "2026-04-09"),
                complaint("d", "2026-03-11", category_code="rude"),
                complaint("e", "2026-03-01", customer_id=None),
                complaint("f", "2026-03-02", customer_id=None),
                complaint("g", "2026-03-01T10:00", customer_id="bob"),
                complaint("h", "2026-03-31T10:01", customer_id="bob"),
                complaint("i", "2026-12-20", customer_id="eve"),
            ],
            until=UNTIL,
        )
        assert shares(house, "complaint.repeat_rate") == (2, 6, 1)

    def test_a_complaint_that_comes_later_marks_the_one_before(self, house: House) -> None:
        house.deliver(branches=BRANCHES, complaints=[complaint("a", "2026-03-20", "2026-03-21")], until=UNTIL)
        assert shares(house, "complaint.repeat_rate") == (0, 1, 0)
        house.deliver(complaints=[complaint("b", "2026-04-10", "2026-04-11")], until=UNTIL)
        assert shares(house, "complaint.repeat_rate") == (1, 2, 0)


class TestCause:
    def test_the_most_frequent_first_and_the_unknown_last(self, house: House) -> None:
        told = ["product", "product", "weather", None, None, None, "quality_of_work", "unprofessional_conduct"]
        house.deliver(
            branches=BRANCHES,
            complaints=[complaint(f"c{n}", "2026-03-01", cause_code=code) for n, code in enumerate(told)],
            until=UNTIL,
        )
        found = counted(house, "complaint.cause")
        assert found["part"].tolist() == [
            "product",
            "quality_of_work",
            "unprofessional_conduct",
            "weather",
            "unknown",
        ]
        assert found["value"].tolist() == [2, 1, 1, 1, 3]
        assert found["share"].sum() == 1
        by_gap = counted(house, "complaint.cause", "gap")
        assert by_gap.fillna({"gap": "none"}).groupby("gap")["value"].sum().to_dict() == {
            "delivery": 2,
            "standards": 2,
            "none": 4,
        }
        assert len(counted(house, "complaint.cause", scope=Scope(filters={"gap": ("delivery",)}))) == 2

    def test_every_cause_belongs_to_one_of_five_gaps(self) -> None:
        assert len(gaps()) == 5
        assert {cause.gap for cause in causes().values()} <= set(gaps())
        assert len(causes()) == 6
        for named in (*causes().values(), *gaps().values()):
            assert set(named.label) == {"en", "zh_CN"}


class TestPerHundred:
    @pytest.fixture
    def house(self, house: House) -> House:
        # Active at the end of March: ann and bob at N1 and cid at S1; at the end of April dot of S1 as well.
        house.deliver(
            branches=BRANCHES,
            orders=[
                order("1", "ann", "2026-02-10"),
                order("2", "bob", "2026-03-10"),
                order("3", "cid", "2026-03-31T23:00", "S1"),
                order("4", "dot", "2026-04-02", "S1"),
                order("5", "dot", "2026-05-02", "S1"),
            ],
            complaints=[
                complaint("a", "2026-03-01", category_code="rude"),
                complaint("b", "2026-03-31"),
                complaint("c", "2026-04-20"),
                complaint("d", "2026-05-01", branch_id="N2"),
            ],
            until=at("2026-05-02T12:00"),
        )
        return house

    def test_customers_by_month(self, house: House) -> None:
        found = counted(house, "complaint.per_100_customers", "month")
        assert [str(month)[:7] for month in found["month"]] == ["2026-02", "2026-03", "2026-04"]
        assert found["numerator"].tolist() == [0, 2, 1]
        assert found["denominator"].tolist() == [1, 3, 4]
        assert found["value"].tolist() == pytest.approx([0, 200 / 3, 25])

    def test_customers_at_the_last_month_end(self, house: House) -> None:
        found = counted(house, "complaint.per_100_customers").iloc[0]
        assert (found["numerator"], found["denominator"], found["value"]) == (4, 4, 100)
        by_branch = counted(house, "complaint.per_100_customers", "branch").set_index("branch")
        assert by_branch["numerator"].to_dict() == {"N1": 3, "N2": 1, "S1": 0}
        assert by_branch["denominator"].to_dict() == {"N1": 2, "N2": 0, "S1": 2}

    def test_orders(self, house: House) -> None:
        found = counted(house, "complaint.per_100_orders", "month").set_index("month")
        found.index = [str(month)[:7] for month in found.index]
        assert found["numerator"].to_dict() == {"2026-02": 0, "2026-03": 2, "2026-04": 1, "2026-05": 1}
        assert found["denominator"].to_dict() == {"2026-02": 1, "2026-03": 2, "2026-04": 1, "2026-05": 1}
        rude = counted(house, "complaint.per_100_orders", scope=Scope(filters={"category": ("rude",)})).iloc[0]
        assert (rude["numerator"], rude["denominator"], rude["value"]) == (1, 5, 20)


class TestSilent:
    def test_counts_answers_of_those_who_never_complained(self, house: House) -> None:
        # Dissatisfied: ann 2 of 5, bob 4 of 1-10, cid 3 of 0-10 twice, one without a customer. Not: dot 3 of 5, eve 5 of 1-10.
        # ann has complained, long after the survey.
        told = [
            ("ann", 2, 1, 5),
            ("bob", 4, 1, 10),
            ("cid", 3, 0, 10),
            ("cid", 3, 0, 10),
            (None, 1, 1, 5),
            ("dot", 3, 1, 5),
            ("eve", 5, 1, 10),
        ]
        house.deliver(
            branches=BRANCHES,
            surveys=[
                {
                    "invite_id": f"i{n}",
                    "branch_id": "N1",
                    "method_code": "phone",
                    "sent_at": at("2026-03-01"),
                    "customer_id": customer,
                }
                for n, (customer, *_) in enumerate(told)
            ],
            survey_answers=[
                {"invite_id": f"i{n}", "question_code": "overall", "score": score, "scale_min": low, "scale_max": high}
                for n, (_, score, low, high) in enumerate(told)
            ],
            complaints=[complaint("x", "2026-01-01", customer_id="zoe")],
            until=UNTIL,
        )
        row = counted(house, "complaint.silent").iloc[0]
        assert (row["numerator"], row["denominator"]) == (4, 4)
        house.deliver(complaints=[complaint("a", "2026-12-30")], until=UNTIL)
        row = counted(house, "complaint.silent").iloc[0]
        assert (row["numerator"], row["denominator"]) == (3, 4)


class TestRecovery:
    def test_beside_customers_without_a_complaint(self, house: House) -> None:
        # Everybody ordered once in January 2026: an opportunity at the end of January. Complaints resolved in February:
        # ann (ordered again after), bob (not), cid at S1 where nobody is left to compare with, one without a customer, one
        # rejected. Compared with at N1: pat and quinn, of whom quinn ordered in the 180 days from 1 February on; rita
        # complained in July, still within the 180 days; sam is no opportunity (lost).
        january = [
            order(f"j{name}", name, "2026-01-10", "S1" if name == "cid" else "N1")
            for name in ("ann", "bob", "cid", "pat", "quinn", "rita")
        ]
        house.deliver(
            branches=BRANCHES,
            orders=[
                *january,
                order("sam", "sam", "2024-01-10"),
                order("again", "ann", "2026-08-09T10:00"),
                order("q", "quinn", "2026-07-30"),
                order("s", "sam", "2026-03-01"),
            ],
            complaints=[
                complaint("a", "2026-02-01", "2026-02-10T10:00", compensation_amount=50),
                complaint("b", "2026-02-01", "2026-02-11T10:00", customer_id="bob"),
                complaint("c", "2026-02-01", "2026-02-11T10:00", customer_id="cid", branch_id="S1"),
                complaint("d", "2026-02-01", "2026-02-11T10:00", customer_id=None),
                complaint("e", "2026-02-01", "2026-02-11T10:00", customer_id="bob", outcome_code="rejected"),
                complaint("f", "2026-07-30", "2026-12-20", customer_id="rita"),
            ],
            surveys=[
                {
                    "invite_id": name,
                    "branch_id": "N1",
                    "method_code": "phone",
                    "sent_at": at("2026-03-01"),
                    "customer_id": "ann",
                    "complaint_id": about,
                }
                for name, about in (("i", "a"), ("k", None))
            ],
            survey_answers=[
                {"invite_id": name, "question_code": "overall", "score": 4, "scale_min": 1, "scale_max": 5}
                for name in ("i", "k")
            ],
            until=UNTIL,
        )
        row = counted(house, "complaint.recovery").iloc[0]
        assert (row["numerator"], row["denominator"], row["pending"], row["unnamed"]) == (1, 3, 1, 1)
        assert row["value"] == pytest.approx(1 / 3)
        assert (row["matched_value"], row["matched_n"], row["unmatched"]) == (0.5, 2, 1)
        assert row["difference"] == pytest.approx(0.5 - 0.5)
        assert row["difference_low"] < -0.5 < 0.5 < row["difference_high"]
        assert (row["satisfaction"], row["answers"]) == (75, 1)
        assert (row["compensation"], row["compensated"]) == (50, 1)

    def test_strata_weigh_as_much_as_they_have_complaints(self, house: House) -> None:
        # N1: 2 complaints, comparison 1 of 2 orders. N2: 1 complaint, comparison 4 of 4. So (2 × 0.5 + 1 × 1) / 3 = 2/3, not
        # the 5/6 of the plain mean.
        people = {"ann": "N1", "bob": "N1", "cid": "N2"} | {"p1": "N1", "p2": "N1"} | {f"q{n}": "N2" for n in range(4)}
        again = ["p1", "q0", "q1", "q2", "q3", "ann"]
        house.deliver(
            branches=BRANCHES,
            orders=[order(f"j{name}", name, "2026-01-10", branch) for name, branch in people.items()]
            + [order(f"k{name}", name, "2026-03-10", people[name]) for name in again],
            complaints=[
                complaint(name, "2026-02-01", "2026-02-10", customer_id=name, branch_id=people[name])
                for name in ("ann", "bob", "cid")
            ],
            until=UNTIL,
        )
        row = counted(house, "complaint.recovery").iloc[0]
        assert (row["numerator"], row["denominator"], row["matched_n"], row["unmatched"]) == (1, 3, 6, 0)
        assert row["matched_value"] == pytest.approx(2 / 3)
        assert row["difference"] == pytest.approx(1 / 3 - 2 / 3)
        by_branch = counted(house, "complaint.recovery", "branch").set_index("branch")
        assert by_branch["matched_value"].to_dict() == {"N1": 0.5, "N2": 1.0}

    def test_a_complaint_that_comes_later_takes_its_customer_out_of_the_comparison(self, house: House) -> None:
        house.deliver(
            branches=BRANCHES,
            orders=[order(name, name, "2026-01-10") for name in ("ann", "pat", "quinn")],
            complaints=[complaint("a", "2026-02-01", "2026-02-10")],
            until=UNTIL,
        )
        assert counted(house, "complaint.recovery").iloc[0]["matched_n"] == 2
        # 180 days from 1 February on end with 30 July; 180 days before it begin with 5 August 2025.
        for opened, left in (("2026-07-31", 2), ("2025-08-04", 2), ("2026-07-30", 1)):
            house.deliver(complaints=[complaint("b", opened, customer_id="pat")], until=UNTIL)
            assert counted(house, "complaint.recovery").iloc[0]["matched_n"] == left
        house.deliver(complaints=[complaint("c", "2025-08-05", customer_id="quinn")], until=UNTIL)
        row = counted(house, "complaint.recovery").iloc[0]
        assert (row["matched_n"], row["unmatched"]) == (0, 1)

    def test_an_order_counts_for_180_times_24_hours(self, house: House) -> None:
        house.deliver(
            branches=BRANCHES,
            orders=[order("o", "bob", "2025-01-01")],
            complaints=[complaint("a", "2026-02-01", "2026-02-10T10:00")],
            until=UNTIL,
        )
        exactly = at("2026-02-10T10:00") + timedelta(days=180)
        for moment, expected in ((exactly + timedelta(seconds=1), 0), (exactly, 1)):
            house.deliver(orders=[{**order("p", "ann", "2026-01-01"), "ordered_at": moment}], until=UNTIL)
            assert counted(house, "complaint.recovery").iloc[0]["numerator"] == expected
