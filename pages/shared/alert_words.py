"""An alert in words: what, since when, how sure, and where to look."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from pages.shared import explain, letters
from pages.shared.inquiry import Inquiry
from pages.shared.letters import Paragraph
from warehouse.digests.watch import watched
from warehouse.metrics import metrics

Evidence = Mapping[str, Any]
ODDS = {"beyond limits": 370, "eight on one side": 128, "two of three beyond two sigma": 490}
"""Once in so many months chance alone completes the pattern, where a figure varies as it does by itself (normal distribution)."""


def told(inquiry: Inquiry, alert: Mapping[str, Any]) -> Paragraph:
    """One alert, as `warehouse.digests.alerts.of_letter` has it, with its instants as texts."""
    words = inquiry.viewer.words
    said, sure, look = WRITTEN[alert["kind"]](inquiry, alert["subject"], alert["evidence"])
    since = words.say("Since {when}.", when=words.stamp(datetime.fromisoformat(alert["since"])))
    over = alert["resolved_at"]
    if over is None:
        return Paragraph(said, [words.sentences(since, sure)], mood="bad", link=look)
    ended = words.say("Over: {what}", what=said)
    until = words.say("It is so no more since {when}.", when=words.stamp(datetime.fromisoformat(over)))
    return Paragraph(ended, [words.sentences(since, until)], mood="good", link=look)


def _signal(inquiry: Inquiry, code: str, evidence: Evidence) -> tuple[str, str, str]:
    words, reads = inquiry.viewer.words, inquiry.reads(code)
    said = words.say(
        "{what}: {value} in {month}, beyond usual variation",
        what=words.label(metrics()[code].label),
        value=reads.value(evidence["value"]),
        month=words.month(date.fromisoformat(evidence["month"])),
    )
    sure = words.say(
        "Usual is {low} to {high}. Where nothing has changed, chance alone looks like this about once in {n} months.",
        low=reads.value(evidence["low"] if evidence["value"] < 0 else max(evidence["low"], 0.0)),
        high=reads.value(evidence["high"]),
        n=words.number(ODDS[evidence["rule"]]),
    )
    return said, sure, _look(inquiry, watched().signals[code], {"view": [code]} if code.startswith("five.") else {})


def _promise(inquiry: Inquiry, code: str, evidence: Evidence) -> tuple[str, str, str]:
    words, reads = inquiry.viewer.words, inquiry.reads(code)
    said = words.say(
        "{what}: {value} in the last {days} days, the target is {target}",
        what=words.label(metrics()[code].label),
        value=reads.value(evidence["value"]),
        days=words.number(evidence["days"]),
        target=reads.value(evidence["target"]),
    )
    sure = words.say(
        "95%: {low} to {high} of {n}. All of that misses the target, so chance does not explain it.",
        low=reads.value(evidence["low"]),
        high=reads.value(evidence["high"]),
        n=words.number(evidence["n"]),
    )
    days = f"{evidence['from']}..{evidence['until']}"
    return said, sure, _look(inquiry, watched().promises[code], {"period": [days], "compare": ["target"]})


def _late(inquiry: Inquiry, feed: str, evidence: Evidence) -> tuple[str, str, str]:
    words = inquiry.viewer.words
    said = words.say("{feed} is late", feed=inquiry.names.feed(feed))
    came = words.stamp(datetime.fromisoformat(evidence["arrived_at"]))
    sure = words.say("Certain: nothing has come since {when}, and it was due.", when=came)
    return said, sure, _look(inquiry, "data_health", {})


def _held(inquiry: Inquiry, feed: str, evidence: Evidence) -> tuple[str, str, str]:
    words = inquiry.viewer.words
    said = words.say(
        "A delivery of {feed} is held; its figures show the last good state", feed=inquiry.names.feed(feed)
    )
    checks = words.listed(explain.stopped_by(inquiry.viewer, feed) or list(evidence["checks"]))
    return said, words.say("Certain. Stopped by: {checks}.", checks=checks), _look(inquiry, "data_health", {})


def _undelivered(inquiry: Inquiry, _: str, evidence: Evidence) -> tuple[str, str, str]:
    words, count = inquiry.viewer.words, evidence["letters"]
    said = words.say_many("{n} letter could not be delivered", "{n} letters could not be delivered", count)
    return said, words.say("Certain. `digest log` says which and why; `digest --again` tries them again."), ""


def _look(inquiry: Inquiry, page: str, more: Mapping[str, list[str]]) -> str:
    places = {"region": list(inquiry.scope.regions), "branch": list(inquiry.scope.branches)}
    return letters.link(inquiry.viewer, page, {**{name: at for name, at in places.items() if at}, **more})


WRITTEN: Mapping[str, Callable[[Inquiry, str, Evidence], tuple[str, str, str]]] = {
    "signal": _signal,
    "promise": _promise,
    "late": _late,
    "held": _held,
    "undelivered": _undelivered,
}
