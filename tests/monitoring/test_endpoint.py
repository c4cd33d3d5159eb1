"""Where metrics are told: at an address of their own, on this machine alone unless somebody says otherwise."""

import socket
import time
import urllib.request

import pytest
from prometheus_client import CollectorRegistry, Gauge

from pages.shared import guard, meters
from warehouse.monitor import endpoint
from warehouse.monitor.endpoint import Address

CLICK_SECONDS = 0.0002
"""What measuring may add to a click."""


def free() -> Address:
    with socket.socket() as found:
        found.bind((endpoint.THIS_MACHINE, 0))
        return Address(endpoint.THIS_MACHINE, found.getsockname()[1])


def test_it_answers_for_the_length_of_the_block_and_refuses_an_address_that_is_taken() -> None:
    registry, at = CollectorRegistry(), free()
    Gauge("gatehouse_answer", "What is told.", registry=registry).set(42)
    with endpoint.told(registry, at):
        with urllib.request.urlopen(f"http://{at}/metrics", timeout=5) as answer:
            assert b"gatehouse_answer 42.0" in answer.read()
        with (
            pytest.raises(ValueError, match=f"cannot be told at {at}: Address already in use; each process has"),
            endpoint.told(registry, at),
        ):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((at.host, at.port), 5)


@pytest.mark.parametrize(
    ("said", "host", "is_of_this_machine"),
    [("9464", "127.0.0.1", True), ("10.0.0.1:9464", "10.0.0.1", False), ("[::1]:9464", "::1", True)],
)
def test_a_port_is_this_machines_alone(said: str, host: str, *, is_of_this_machine: bool) -> None:
    found = Address.named({endpoint.SETTING: said})
    assert found == Address(host, 9464)
    assert found.is_of_this_machine == is_of_this_machine


@pytest.mark.parametrize("said", ["metrics", "0", "70000", "host:", "127.0.0.1:94x"])
def test_what_is_no_address_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="such as 9464"):
        Address.named({endpoint.SETTING: said})
    assert Address.named({}) is None


def test_pages_are_timed_when_they_come_to_their_end() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    meters.drawn("a page", print, "drawn")
    with pytest.raises(KeyboardInterrupt):
        meters.drawn("a page", interrupted)
    assert told("gatehouse_page_seconds_count") == 1


def test_a_part_that_fails_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "html", lambda piece: None)
    before = told("gatehouse_page_failures_total")
    with guard.guarded(lambda said, **values: said):
        raise ValueError
    assert told("gatehouse_page_failures_total") == before + 1


def test_a_click_does_not_feel_it() -> None:
    def nothing() -> None:
        """A page without anything on it."""

    began, clicks = time.process_time(), 1_000
    for _ in range(clicks):
        meters.drawn("an empty page", nothing)
    assert (time.process_time() - began) / clicks < CLICK_SECONDS


def told(name: str) -> float:
    """The value of a metric of the dashboard; of `a page`, where there are several."""
    samples = [
        sample for meter in (meters.PAGES, meters.FAILURES) for each in meter.collect() for sample in each.samples
    ]
    return next(each.value for each in samples if each.name == name and each.labels in ({}, {"page": "a page"}))
