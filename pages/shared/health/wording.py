"""What states, steps and jobs are called, and what came of a job in one sentence."""

import re
from collections.abc import Mapping
from functools import cache

from pages.shared import explain
from pages.shared.markup import Mood
from pages.shared.names import Names
from pages.shared.text import Words
from warehouse.feeds.contract import feeds

STEPS = ("receive", "gate 1", "curate", "editions", "gate 2", "publish", "tell")
MOODS: Mapping[str, Mood] = {
    "passed": "good",
    "done": "good",
    "held": "caution",
    "refused": "caution",
    "failed": "bad",
    "raised": "bad",
}

ENDED = re.compile(rf"(?:interrupted at step|at) (?P<step>{'|'.join(STEPS)})(?:: (?P<error>.*))?", re.DOTALL)
"""How the book says that a refresh was cut off, or failed."""


@cache
def steps(words: Words) -> Mapping[str, str]:
    """What the steps of a refresh are called, in their order."""
    say = words.say
    named = (
        say("Receive"),
        say("Check the delivery"),
        say("Curate"),
        say("Make figures"),
        say("Check the figures"),
        say("Publish"),
        say("Tell"),
    )
    return dict(zip(STEPS, named, strict=True))


@cache
def states(words: Words) -> Mapping[str, str]:
    """What states of refreshes and jobs are called."""
    say = words.say
    return {
        "running": say("Running"),
        "waiting": say("Waiting"),
        "done": say("Done"),
        "refused": say("Refused"),
        "failed": say("Failed"),
        "passed": say("Passed"),
        "held": say("Held"),
        "unchanged": say("Nothing new"),
        "tried": say("Dry run"),
    }


def verdict(words: Words, state: str, reason: object) -> tuple[str, Mood | None]:
    """What a refresh came to, with its tint: one that passed but held something back passed in part."""
    if state == "passed" and isinstance(reason, str):
        return words.say("Passed in part"), "caution"
    return states(words)[state], MOODS.get(state)


def because(words: Words, names: Names, reason: object) -> str:
    """Why a refresh came to what it came to; the book says so in English. What went wrong stays as it was raised."""
    say, told = words.say, reason if isinstance(reason, str) else ""
    ended, is_absent, absent = told.partition("not brought: ")
    if is_absent and (not ended or ended.endswith("; ")):
        said = say("Not brought: {list}.", list=words.listed(absent.split(", ")))
        return " · ".join(part for part in (because(words, names, ended.removesuffix("; ")), said) if part)
    if held := _held(words, names, told.removeprefix("held back ")):
        return say("Held back: {list}.", list=held)
    if found := ENDED.fullmatch(told):
        step = steps(words)[found["step"]]
        if found["error"] is None:
            return say("Interrupted at step “{step}”.", step=step)
        return say("At step “{step}”: {error}", step=step, error=found["error"])
    return {"nothing new": say("Nothing new"), "dry run": say("Dry run")}.get(told, told)


def _held(words: Words, names: Names, told: str) -> str:
    """Feeds with the checks that hold them (`leads: a_rule, another; orders: a_rule`) by their names; nothing for anything else."""
    parts = [part.partition(": ") for part in told.split("; ")]
    if not all(feed in feeds() for feed, _, _ in parts):
        return ""
    said = [(names.feed(feed), explain.named(words, feed, rules.split(", "))) for feed, _, rules in parts]
    return words.listed([f"{feed}{words.aside(words.listed(checks))}" for feed, checks in said])


def asked(words: Words, job: Mapping[str, object]) -> str:
    """What a job is to do, with its reason."""
    say, details = words.say, job["details"]
    about: Mapping[str, object] = details if isinstance(details, Mapping) else {}
    match job["kind"]:
        case "release":
            return say("Release refresh {n}: {reason}", n=about["refresh_id"], reason=about["reason"])
        case "discard":
            return say("Discard load {n}", n=about["load_id"])
        case "rollback":
            return say("Show refresh {n} again", n=about["refresh_id"])
        case "try":
            return say("Try {files}", files=files(words, about.get("files")))
        case "take":
            return say("Refresh with what job {n} tried", n=about["job_id"])
        case "put_away":
            return say("Put away what job {n} tried", n=about["job_id"])
        case _:
            return say("Compare what is held with what is published")


def files(words: Words, listed: object) -> str:
    """What a drop is called: its first file, and how many more came with it."""
    first, *more = [str(file["name"]) for file in listed] if isinstance(listed, list) and listed else ["–"]
    if not more:
        return first
    return words.say_many("{first} and {n} more file", "{first} and {n} more files", len(more), first=first)


@cache
def refusals(words: Words) -> Mapping[str, str]:
    """Why a file as a whole cannot be read, by the code of the refusal."""
    say = words.say
    return {
        "empty_file": say("The file is empty: there is not even a header."),
        "not_a_table": say("This is no table. Deliver CSV, TSV, XLSX or Parquet."),
        "damaged_file": say("The file is cut off or damaged. Have the whole file delivered once more."),
        "too_big": say("The file unpacks to more than is allowed."),
        "broken_header": say("The header line cannot be read, so no column has a name."),
        "wrong_encoding": say("Most of the file is not text in any encoding that is known. Save it as UTF-8."),
        "too_many_columns": say("The header names more columns than a table can have."),
        "unclear_sheet": say("The workbook has several sheets with rows. Keep the one that counts."),
    }


def came_of(words: Words, names: Names, job: Mapping[str, object]) -> str:
    """What came of a job, in one sentence."""
    say, result = words.say, job["result"]
    if not isinstance(result, Mapping):
        step = steps(words).get(str(job["step"]))
        return say("At step “{step}”.", step=step) if step else "–"
    held = words.listed([names.feed(str(feed)) for feed in result.get("held", ())])
    refresh = result.get("refresh_id", "–")
    said = {
        "published": lambda: say("Published as refresh {n}.", n=refresh),
        "held": lambda: say("Refresh {n} still holds {feeds}.", n=refresh, feeds=held or "–"),
        "unchanged": lambda: say("Nothing had to change."),
        "shown": lambda: say("Readers see refresh {n} now.", n=refresh),
        "compared": lambda: words.say_many(
            "{n} figure would change.", "{n} figures would change.", int(str(result.get("changes", 0)))
        ),
        "nothing_held": lambda: say("Nothing is held."),
        "not_held": lambda: say("Refresh {n} is not held by any check.", n=refresh),
        "not_releasable": lambda: say("A check that nobody may release holds it: correct or discard the delivery."),
        "no_reason": lambda: say("There was no reason given."),
        "no_such_load": lambda: say("There is no such load."),
        "never_passed": lambda: say("Refresh {n} never passed, so it cannot be shown.", n=refresh),
        "tried": lambda: say("Tried. It waits for your word under “New delivery”."),
        "nothing_to_take": lambda: say("There was nothing in it that could be taken in."),
        "put_away": lambda: say("The files are deleted."),
        "not_there": lambda: say("The files are not there any more. Drop them again."),
        "stopped": lambda: say("The worker was stopped while it was at this. Ask again."),
    }
    told = said.get(str(result.get("code")))
    return told() if told else say("It failed; the trace stands in the worker's log under job {n}.", n=job["job_id"])
