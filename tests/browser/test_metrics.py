"""What a running dashboard tells of itself, and to whom: nothing at the address that people open, and nobody's name."""

import http.client
import urllib.request

import pytest

from tests.browser.stage import Dashboard
from tests.browser.visit import House

pytestmark = pytest.mark.browser


def told(dashboard: Dashboard) -> dict[str, float]:
    """Every figure by its name and labels, as Prometheus reads them."""
    with urllib.request.urlopen(f"http://{dashboard.metrics}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    assert "executive@demo" not in text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_visits_questions_and_people_are_counted(dashboard: Dashboard, house: House) -> None:
    drawn, asked = (
        'gatehouse_page_seconds_count{page="metrics"}',
        'gatehouse_question_seconds_count{question="state/standing"}',
    )
    before = told(dashboard)
    house.come("metrics", person="executive")
    after = told(dashboard)
    assert after[drawn] > before.get(drawn, 0)
    assert after[asked] > before.get(asked, 0)
    assert after["gatehouse_sessions"] >= 1
    assert after["process_resident_memory_bytes"] > 0


def test_streamlits_own_metrics_are_told_to_nobody(dashboard: Dashboard) -> None:
    asked = http.client.HTTPConnection(dashboard.address.removeprefix("http://"), timeout=10)
    asked.request("GET", "/_stcore/metrics")
    assert asked.getresponse().status == http.HTTPStatus.NOT_FOUND
    asked.close()
