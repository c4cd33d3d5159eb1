"""Why a figure changed: rate and mix, worked out by hand, and adding up to the change whatever is hidden."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.survey_rows import BRANCHES
from warehouse import db
from warehouse.queries.decompose import NotDecomposable, decompose
from warehouse.queries.figures import UnknownDimension
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

JANUARY, FEBRUARY, MARCH = (Scope(period=Period(date(2026, n, 1), date(2026, n + 1, 1))) for n in (1, 2, 3))

# Method, answers and how many of them satisfied, by month.
ANSWERED = {
    1: {"phone": (60, 48), "online": (40, 20), "on_site": (5, 5), "questionnaire": (20, 10)},
    2: {"phone": (30, 27), "online": (60, 24), "on_site": (10, 4), "questionnaire": (25, 15)},
    3: {"phone": (50, 25), "online": (50, 40)},
}


@pytest.fixture(scope="module")
def reader(server: URL, template: str) -> Iterator[Reader]:
    made = db.embedded(server, "decompose", template=template)
    surveys, answers = [], []
    for month, methods in ANSWERED.items():
        for method, (count, satisfied) in methods.items():
            for number in range(count):
                invite = f"{month}-{method}-{number}"
                at = datetime(2026, month, 1 + number % 28, tzinfo=UTC)
                surveys.append({"invite_id": invite, "branch_id": "N1", "method_code": method, "sent_at": at})
                score = 5 if number < satisfied else 2
                answers.append(
                    {"invite_id": invite, "question_code": "overall", "score": score, "scale_min": 1, "scale_max": 5}
                )
    house = House(made).open()
    house.deliver(branches=BRANCHES, surveys=surveys, survey_answers=answers, until=datetime(2026, 4, 1, tzinfo=UTC))
    yield house.reader()
    made.dispose()


def test_rate_and_mix_by_hand(reader: Reader) -> None:
    """From 83 of 125 (0.664) to 70 of 125 (0.56), the middle 0.612.

    Phone: share 0.48 → 0.24, value 0.8 → 0.9: rate 0.36 × 0.1 = 0.036, mix −0.24 × (0.85 − 0.612) = −0.05712.
    Online: share 0.32 → 0.48, value 0.5 → 0.4: rate 0.4 × −0.1 = −0.04, mix 0.16 × (0.45 − 0.612) = −0.02592.
    On site has 5 answers in January, too few to show, and so the next smallest is hidden too. Together 15 of 25 → 19 of 35: share 0.2 →
    0.28, value 0.6 → 0.542857: rate 0.24 × −0.057143 = −0.013714, mix 0.08 × (0.571429 − 0.612) = −0.003246.
    """
    found = decompose(reader, "csat.top2", JANUARY, FEBRUARY, by="method").set_index("method")
    assert list(found.index) == ["online", "phone", "other"]
    assert found["share_before"].to_dict() == pytest.approx({"phone": 0.48, "online": 0.32, "other": 0.2})
    assert found["value_after"].to_dict() == pytest.approx({"phone": 0.9, "online": 0.4, "other": 19 / 35})
    assert found["rate_effect"].to_dict() == pytest.approx({"phone": 0.036, "online": -0.04, "other": -0.0137142857})
    assert found["mix_effect"].to_dict() == pytest.approx(
        {"phone": -0.05712, "online": -0.02592, "other": 0.08 * (4 / 7 - 0.612)}
    )
    assert found.attrs == pytest.approx({"before": 0.664, "after": 0.56, "change": -0.104})
    assert found["effect"].sum() == pytest.approx(-0.104)


@pytest.mark.parametrize("metric", ["csat.top2", "csat.mean", "survey.response_rate"])
@pytest.mark.parametrize(("before", "after"), [(JANUARY, FEBRUARY), (FEBRUARY, MARCH), (MARCH, JANUARY)])
def test_effects_add_up_to_the_change(reader: Reader, metric: str, before: Scope, after: Scope) -> None:
    found = decompose(reader, metric, before, after, by="method")
    assert found["effect"].sum() == pytest.approx(found.attrs["change"])
    assert found[["share_before", "share_after"]].sum().tolist() == pytest.approx([1, 1])
    assert found["effect"].abs().is_monotonic_decreasing


def test_a_group_that_goes_changes_the_mix_alone(reader: Reader) -> None:
    """On site (10 answers) and the questionnaire (25), hidden with it, had 0.28 of February, and nothing of March."""
    found = decompose(reader, "csat.top2", FEBRUARY, MARCH, by="method").set_index("method")
    assert found.loc["other", ["share_before", "share_after", "rate_effect"]].tolist() == pytest.approx([0.28, 0, 0])
    assert found.at["other", "mix_effect"] == pytest.approx(-0.28 * (19 / 35 - (0.56 + 0.65) / 2))


def test_what_is_no_mean_of_its_groups_is_refused(reader: Reader) -> None:
    for metric in ("csat.distribution", "csat.drivers", "csat.weighted"):
        with pytest.raises(NotDecomposable):
            decompose(reader, metric, JANUARY, FEBRUARY, by="region")
    with pytest.raises(UnknownDimension):
        decompose(reader, "csat.top2", JANUARY, FEBRUARY, by="colour")
    nothing = Scope(period=Period(date(2020, 1, 1), date(2020, 2, 1)))
    with pytest.raises(NotDecomposable, match="no figure"):
        decompose(reader, "csat.top2", nothing, FEBRUARY, by="method")
