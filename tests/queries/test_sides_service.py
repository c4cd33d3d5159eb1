"""Repurchase, types of service, skills and reach of surveys, on a handful of rows typed by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.harness import House
from warehouse.db import Database
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope
from warehouse.sides import repurchase_reference

TABLES = ("repurchase", "service_type", "skill_profile", "survey_reach")
BRANCHES = [{"branch_id": "n", "region_id": "north"}, {"branch_id": "s", "region_id": "south"}]
UNTIL = datetime(2026, 4, 2, tzinfo=UTC)
SENT = datetime(2025, 6, 1, 12, tzinfo=UTC)
Row = dict[str, object]


def reader_of(database: Database, until: datetime = UNTIL, **feeds: list[Row]) -> Reader:
    house = House(database, only=TABLES).open()
    house.deliver(until=until, branches=BRANCHES, **feeds)
    return house.reader()


def survey(number: int, *, sent_at: datetime = SENT, customer: str | None = "", branch: str = "n") -> Row:
    name = f"c{number}" if customer == "" else customer
    sent = {"invite_id": f"i{number}", "branch_id": branch, "method_code": "phone", "sent_at": sent_at}
    return sent | {"customer_id": name}


def answers(number: int, **scores: int) -> list[Row]:
    scale = {"invite_id": f"i{number}", "scale_min": 1, "scale_max": 5}
    return [{**scale, "question_code": question, "score": score} for question, score in scores.items()]


def order(number: int, name: str, at: datetime) -> Row:
    return {"order_id": f"o{number}", "customer_id": name, "branch_id": "s", "ordered_at": at, "amount": 10}


class TestRepurchase:
    def feeds(self) -> dict[str, list[Row]]:
        """Twenty-two of each cell; of these so many order again: 20, 11, 5, 2."""
        surveys, given, orders = [], [], []
        cells = [(4, 5, 20), (5, 3, 11), (3, 4, 5), (1, 2, 2)]
        for cell, (product, service, again) in enumerate(cells):
            for place in range(22):
                number = cell * 100 + place
                surveys.append(survey(number))
                given += answers(number, product=product, service=service)
                if place < again:
                    orders.append(order(number, f"c{number}", SENT + timedelta(days=place * 9, hours=1)))
        return {"surveys": surveys, "survey_answers": given, "orders": orders}

    def test_the_four_cells(self, database: Database) -> None:
        by = ["product_satisfied", "service_satisfied"]
        rows = figure(reader_of(database, **self.feeds()), "matrix.repurchase", Scope(), by=by).set_index(by)
        assert rows["numerator"].to_dict() == {
            ("yes", "yes"): 20,
            ("yes", "no"): 11,
            ("no", "yes"): 5,
            ("no", "no"): 2,
        }
        assert set(rows["denominator"]) == {22}
        assert rows.loc[("yes", "no"), "value"] == 0.5
        assert rows["low"].lt(rows["value"]).all() and rows["high"].gt(rows["value"]).all()

    def test_narrowed_and_added(self, database: Database) -> None:
        reader = reader_of(database, **self.feeds())
        both = figure(reader, "matrix.repurchase", Scope(filters={"product_satisfied": ("yes",)})).iloc[0]
        assert (both["numerator"], both["denominator"]) == (31, 44)
        june = figure(reader, "matrix.repurchase", Scope(branches=("n",)), by=["month", "method"])
        assert june[["month", "method", "numerator", "denominator"]].to_numpy().tolist() == [
            [date(2025, 6, 1), "phone", 38, 88]
        ]

    @pytest.mark.parametrize(
        ("after", "counts"),
        [
            (timedelta(0), 0),
            (timedelta(seconds=1), 1),
            (timedelta(days=180), 1),
            (timedelta(days=180, seconds=1), 0),
            (timedelta(days=-1), 0),
        ],
    )
    def test_within_180_times_24_hours_after_it(self, database: Database, after: timedelta, counts: int) -> None:
        feeds = self.feeds()
        feeds["orders"] = [order(1, "c0", SENT + after)]
        row = figure(reader_of(database, **feeds), "matrix.repurchase", Scope()).iloc[0]
        assert (row["numerator"], row["denominator"]) == (counts, 88)

    @pytest.mark.parametrize(("days", "pending"), [(180, 88), (181, 0)])
    def test_young_invitations_are_pending(self, database: Database, days: int, pending: int) -> None:
        until = SENT + timedelta(days=days)
        feeds = self.feeds() | {"orders": [order(1, "c0", SENT + timedelta(days=1))]}
        row = figure(reader_of(database, until=until, **feeds), "matrix.repurchase", Scope()).iloc[0]
        assert (row["pending"], row["denominator"]) == (pending, 88 - pending)

    def test_whom_we_do_not_know_or_who_left_one_question_out_is_not_in_it(self, database: Database) -> None:
        feeds = self.feeds()
        feeds["surveys"] += [survey(900, customer=None), survey(901), survey(902)]
        feeds["survey_answers"] += answers(900, product=5, service=5)
        feeds["survey_answers"] += answers(901, product=5, overall=5)
        feeds["survey_answers"] += answers(902, product=5, service=9)  # off its scale
        assert figure(reader_of(database, **feeds), "matrix.repurchase", Scope()).at[0, "denominator"] == 88

    def test_without_orders_it_is_absent(self, database: Database) -> None:
        feeds = self.feeds()
        del feeds["orders"]
        with pytest.raises(FeedAbsent, match="orders"):
            figure(reader_of(database, **feeds), "matrix.repurchase", Scope())

    def test_the_trade_quotes_four_shares(self) -> None:
        said = [
            repurchase_reference(product_satisfied=product, service_satisfied=service)
            for product in ("yes", "no")
            for service in ("yes", "no")
        ]
        assert said == [0.97, 0.67, 0.31, 0.20]


def audit(number: int, on: date, procedure: float, personal: float, *, staff: str | None, branch: str = "n") -> Row:
    scores = {"procedure_score": procedure, "personal_score": personal}
    return {"audit_id": f"a{number}", "branch_id": branch, "visited_on": on, "staff_id": staff, **scores}


class TestServiceType:
    AUDITS = (
        audit(1, date(2026, 1, 5), 60, 70, staff="ann"),
        audit(2, date(2026, 2, 5), 80, 70, staff="ann", branch="s"),  # means 70 and 70: both at the cut, quality
        audit(3, date(2026, 2, 6), 90, 69.9, staff="bob"),  # factory
        audit(4, date(2026, 3, 7), 69.9, 90, staff="cat", branch="s"),  # friendly
        audit(5, date(2026, 3, 8), 10, 10, staff=None, branch="s"),
        audit(6, date(2025, 3, 31), 10, 10, staff="bob"),  # thirteen months back by the end of March
    )
    STAFF = ({"staff_id": "ann", "branch_id": "n"}, {"staff_id": "bob", "branch_id": "s"})

    def reader(self, database: Database) -> Reader:
        return reader_of(database, service_audits=list(self.AUDITS), staff=list(self.STAFF))

    def test_staff_count_once_at_home(self, database: Database) -> None:
        rows = figure(self.reader(database), "matrix.service_type", Scope(), by=["branch"])
        # Ann lives in n, Bob on file in s, Cat is on no file: her newest audit was in s.
        assert rows[["branch", "part", "value", "audits"]].to_numpy().tolist() == [
            ["n", "quality", 1, 2],
            ["s", "factory", 1, 1],
            ["s", "friendly", 1, 1],
        ]
        assert rows["share"].tolist() == [1, 0.5, 0.5]

    def test_branches_take_all_their_audits(self, database: Database) -> None:
        rows = figure(self.reader(database), "matrix.branch_service_type", Scope(), by=["branch"])
        # n: (60 + 90) / 2 = 75 and (70 + 69.9) / 2 = 69.95; s: (80 + 69.9 + 10) / 3 = 53.3 and (70 + 90 + 10) / 3 = 56.7
        assert rows[["branch", "part", "audits"]].to_numpy().tolist() == [["n", "factory", 2], ["s", "indifferent", 3]]

    def test_an_audit_counts_for_twelve_months(self, database: Database) -> None:
        rows = figure(self.reader(database), "matrix.service_type", Scope(), by=["month"])
        bob = rows[rows["part"].isin(["factory", "indifferent"])].set_index("month")["part"].to_dict()
        # from his first audit, 10 and 10, until February 2026, when it is 10 and 90: mean 50; then 90 alone
        assert bob == {date(2025, month, 1): "indifferent" for month in range(3, 13)} | {
            date(2026, 1, 1): "indifferent",
            date(2026, 2, 1): "indifferent",
            date(2026, 3, 1): "factory",
        }


def sheet(name: str, on: date, **changed: int) -> Row:
    """All threes but for what is said, such as item_03=5."""
    items = {f"item_{number:02d}": 3 for number in range(1, 17)}
    return {"staff_id": name, "assessed_on": on, **items, **changed}


class TestSkills:
    DAY = date(2026, 2, 3)
    STAFF = tuple({"staff_id": f"p{number}", "branch_id": "ns"[number % 2]} for number in range(10))

    @pytest.mark.parametrize(
        ("side", "items"),
        [
            ("contact", (3, 5, 10, 15)),
            ("eliciting", (1, 4, 9, 12)),
            ("informing", (2, 8, 14, 16)),
            ("influencing", (6, 7, 11, 13)),
        ],
    )
    def test_each_side_is_its_four_items(self, database: Database, side: str, items: tuple[int, ...]) -> None:
        changed = {f"item_{number:02d}": 5 for number in items}
        sheets = [sheet(f"p{number}", self.DAY, **(changed if number % 2 else {})) for number in range(6)]
        reader = reader_of(database, skill_assessments=sheets, staff=list(self.STAFF))
        rows = figure(reader, "skill.profile", Scope(), by=["side"]).set_index("side")
        # three of 12 and three of 20: mean 16, standard deviation √(6 × 16 / 5) = 4.3818, error of the mean 1.7889
        assert rows.loc[side, ["value", "n", "assessments"]].tolist() == [16, 6, 6]
        assert rows.loc[side, ["low", "high"]].tolist() == pytest.approx(
            [16 - 1.96 * 1.7889, 16 + 1.96 * 1.7889], abs=1e-3
        )
        assert set(rows.drop(index=side)["value"]) == {12}
        assert figure(reader, "skill.profile", Scope()).at[0, "value"] == 13

    def test_people_are_counted_not_sheets(self, database: Database) -> None:
        days = [self.DAY + timedelta(days=number) for number in range(3)]
        sheets = [sheet(f"p{number}", day) for number in (0, 2, 4, 6) for day in days]  # four people, twelve sheets
        sheets += [sheet(f"p{number}", self.DAY) for number in (1, 3, 5, 7, 9)]  # five people at the other branch
        reader = reader_of(database, skill_assessments=sheets, staff=list(self.STAFF))
        rows = figure(reader, "skill.profile", Scope(branches=("n",)))
        assert rows[["n", "assessments", "suppressed"]].to_numpy().tolist() == [[4, 12, "n too small"]]
        assert rows[["value", "low", "high"]].isna().all(axis=None)
        assert figure(reader, "skill.profile", Scope(branches=("s",))).at[0, "value"] == 12

    def test_the_period_is_that_of_the_assessment(self, database: Database) -> None:
        sheets = [sheet(f"p{number}", self.DAY + timedelta(days=number % 2)) for number in range(10)]
        reader = reader_of(database, skill_assessments=sheets, staff=list(self.STAFF))
        one_day = Scope(period=Period(start=self.DAY, end=self.DAY + timedelta(days=1)))
        assert figure(reader, "skill.profile", one_day).at[0, "n"] == 5


class TestReach:
    def test_active_customers_asked_in_the_month(self, database: Database) -> None:
        march = datetime(2026, 3, 5, tzinfo=UTC)
        orders = [order(number, f"c{number}", datetime(2025, 5, 1, tzinfo=UTC)) for number in range(40)]
        orders.append(order(99, "c99", datetime(2025, 3, 31, tzinfo=UTC)))  # no longer active in March
        surveys = [survey(number, sent_at=march) for number in (0, 1, 2, 99)]
        surveys += [survey(number, sent_at=march - timedelta(days=30)) for number in (3, 4)]  # in February
        surveys += [survey(200, sent_at=march, customer="c0"), survey(201, sent_at=march, customer=None)]
        reader = reader_of(database, orders=orders, surveys=surveys)
        rows = figure(reader, "survey.reach", Scope(), by=["month"]).set_index("month")
        # Customers live where they first ordered, in s, though n asked them; no month before the first survey.
        assert rows[["numerator", "denominator"]].to_numpy().tolist() == [[2, 41], [3, 40]]
        assert rows.index.tolist() == [date(2026, 2, 1), date(2026, 3, 1)]
        found = figure(reader, "survey.reach", Scope(branches=("s",))).iloc[0]
        assert (found["numerator"], found["denominator"], found["value"]) == (3, 40, 0.075)
        assert figure(reader, "survey.reach", Scope(branches=("n",))).empty
