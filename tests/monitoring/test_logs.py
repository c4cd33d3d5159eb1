"""Logs for machines: a JSON document a line, whoever logs, and never what an error quotes."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import typer

from warehouse import logs
from warehouse.commands import digest, output
from warehouse.digests.post import Told

NAME = "Wang Fang"
Written = Callable[[], str]


@pytest.fixture
def log_as(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], Written]]:
    """log_as("json") configures the log; what it returns tells what was written since."""

    def configure(way: str) -> Written:
        monkeypatch.setattr(logging.root, "handlers", [])
        logs.configure({logs.SETTING: way})
        return lambda: capsys.readouterr().err

    yield configure
    logging.captureWarnings(capture=False)
    logs.EVENTS.setLevel(logging.NOTSET)


def documents(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def test_an_event_is_one_line_with_what_it_is_about(log_as: Callable[[str], Written]) -> None:
    written = log_as("json")
    logs.event("step", refresh=12, step="gate 1", seconds=3.084)
    [told] = documents(written())
    assert told.pop("time").endswith("+00:00")
    assert told == {"level": "info", "event": "step", "refresh": 12, "step": "gate 1", "seconds": 3.084}


def test_people_are_told_no_events(log_as: Callable[[str], Written]) -> None:
    written = log_as("text")
    logs.event("step", refresh=12, step="gate 1", seconds=3.084)
    output.say("gate 1")
    assert written() == "gate 1\n"


def test_what_a_command_says_is_an_event_too(log_as: Callable[[str], Written]) -> None:
    written = log_as("json")
    output.say("one\ntwo")
    [told] = documents(written())
    assert (told["event"], told["said"]) == ("said", "one two")


def test_a_letter_is_told_also_by_the_command_that_sends_it(
    log_as: Callable[[str], Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "press", nullcontext)
    monkeypatch.setattr(digest, "open_warehouse", lambda: None)
    sent = [Told(7, "ann@example.com", "overview", "mail", 3, "sent")]
    monkeypatch.setattr(digest.post, "watch", lambda *_, **__: sent)
    written = log_as("json")
    with pytest.raises(typer.Exit):
        digest.alerts(json=True)
    [told] = documents(written())
    assert (told["event"], told["letter"], told["state"]) == ("letter", 7, "sent")
    assert "ann@example.com" not in str(told)


@pytest.mark.parametrize("way", logs.WAYS)
def test_an_error_is_told_without_its_words_whoever_logs_it(log_as: Callable[[str], Written], way: str) -> None:
    library = logging.getLogger("a.library")
    library.addHandler(logging.StreamHandler())
    library.propagate = False
    written = log_as(way)
    try:
        raise ValueError(NAME)
    except ValueError:
        library.exception("it failed")
    said = written()
    assert said.count("it failed") == 1, "by the house's handler alone"
    assert NAME not in said
    assert "Failed: ValueError" in said
    assert "test_logs.py" in said, "where it happened is there"
    if way == "json":
        [told] = documents(said)
        assert (told["level"], told["event"]) == ("error", "it failed")


def test_a_way_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="GATEHOUSE_LOG is text or json, not 'xml'"):
        logs.configure({logs.SETTING: "xml"})
