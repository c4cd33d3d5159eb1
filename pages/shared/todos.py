"""The lists of things to do: what each is called, why a row stands on it, what it asks for, and how its rows are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pages.shared.text import Words
from warehouse.queries import action_lists, complaint_lists
from warehouse.queries.contact_cards import Kind

CASES: Mapping[Kind, str] = {
    "complaint": "complaint_id",
    "lead": "lead_id",
    "survey": "invite_id",
    "customer": "customer_code",
}
"""The column that names the case of a row."""

OF_A_COMPLAINT = (
    "complaint_id",
    "hours_left",
    "due_at",
    "branch_id",
    "severity_code",
    "category_code",
    "is_responded",
    "customer_code",
    "handler_staff_id",
)
OF_A_LEAD = ("lead_id", "hours_left", "due_at", "branch_id", "source_code", "owner_staff_id", "assigned_at")
OF_A_NEW_LEAD = ("lead_id", "hours_left", "due_at", "branch_id", "source_code", "collected_at", "owner_staff_id")
OF_AN_ANSWER = ("customer_code", "recommend", "overall_text", "answered_at", "branch_id")
OF_A_VISIT = (
    "customer_code",
    "portfolio",
    "visits_missing",
    "visits_got",
    "visits_due",
    "branch_id",
    "spend",
    "last_ordered_on",
)
OF_A_SURVEY = ("customer_code", "customer_kind", "branch_id", "last_ordered_on")


@dataclass(frozen=True)
class Todo:
    """One list. `counted` says how many there are, `rule` why a row stands there, `none` that none does.

    `asks` is the question of `warehouse.queries` with its parameters after the scope, `needs` the feeds without which it has no
    answer, `metric` the figure that counts the same thing, `case` what a contact card is opened for.
    """

    title: str
    rule: str
    none: str
    counted: Callable[[int], str]
    asks: tuple[Callable[..., pd.DataFrame], *tuple[str, ...]]
    needs: Sequence[str]
    metric: str
    case: Kind
    columns: Sequence[str]


def todos(words: Words) -> dict[str, Todo]:
    """Every list by name, in the order in which things burn."""
    return {**_complaints(words), **_customers(words), **_leads(words), **_rounds(words)}


def _complaints(words: Words) -> dict[str, Todo]:
    say, say_many = words.say, words.say_many
    return {
        "overdue": Todo(
            title=say("Complaints overdue"),
            rule=say("Open past their deadline, the latest first."),
            none=say("Every open complaint is within its deadline."),
            counted=lambda n: say_many("{n} complaint is overdue", "{n} complaints are overdue", n),
            asks=(complaint_lists.overdue,),
            needs=("complaints",),
            metric="complaint.backlog_due",
            case="complaint",
            columns=OF_A_COMPLAINT,
        ),
        "soon": Todo(
            title=say("Complaints due within 72 hours"),
            rule=say("Still in time, but not for long; the next first."),
            none=say("No deadline falls within the next 72 hours."),
            counted=lambda n: say_many(
                "{n} complaint falls due within 72 hours", "{n} complaints fall due within 72 hours", n
            ),
            asks=(complaint_lists.soon_due,),
            needs=("complaints",),
            metric="complaint.backlog_due",
            case="complaint",
            columns=OF_A_COMPLAINT,
        ),
    }


def _customers(words: Words) -> dict[str, Todo]:
    say, say_many = words.say, words.say_many
    return {
        "call_back": Todo(
            title=say("Unhappy customers to call back"),
            rule=say(
                "Detractors and dissatisfied of the last 30 days with whom nobody has spoken since, the unhappiest first."
            ),
            none=say("Nobody who answered in the last 30 days is left unhappy without a call."),
            counted=lambda n: say_many(
                "{n} unhappy customer waits for a call", "{n} unhappy customers wait for a call", n
            ),
            asks=(action_lists.answers,),
            needs=("surveys", "survey_answers"),
            metric="nps",
            case="survey",
            columns=OF_AN_ANSWER,
        )
    }


def _leads(words: Words) -> dict[str, Todo]:
    say, say_many = words.say, words.say_many
    return {
        "expiring": Todo(
            title=say("Leads about to expire"),
            rule=say("No order, and the last 7 of the owner's 90 days have begun."),
            none=say("No owner's 90 days end within a week."),
            counted=lambda n: say_many("{n} lead expires within 7 days", "{n} leads expire within 7 days", n),
            asks=(action_lists.leads, "expiring"),
            needs=("leads", "lead_assignments"),
            metric="lead.recycled_on_time_rate",
            case="lead",
            columns=OF_A_LEAD,
        ),
        "screen": Todo(
            title=say("Leads to screen"),
            rule=say("Collected within 90 days and not screened yet, those with the earliest deadline first."),
            none=say("Every lead of the last 90 days is screened."),
            counted=lambda n: say_many("{n} lead is to be screened", "{n} leads are to be screened", n),
            asks=(action_lists.leads, "screen"),
            needs=("leads", "contacts"),
            metric="lead.screened_on_time_rate",
            case="lead",
            columns=OF_A_NEW_LEAD,
        ),
        "pass_on": Todo(
            title=say("Leads to pass on"),
            rule=say(
                "The owner's 90 days are over without an order: due to somebody else within 7 days, listed for 30."
            ),
            none=say("No lead waits to be passed on."),
            counted=lambda n: say_many("{n} lead is to be passed on", "{n} leads are to be passed on", n),
            asks=(action_lists.leads, "pass_on"),
            needs=("leads", "lead_assignments"),
            metric="lead.recycled_on_time_rate",
            case="lead",
            columns=OF_A_LEAD,
        ),
        "call_again": Todo(
            title=say("Recycled leads not called yet"),
            rule=say("Passed on to a new owner, who has not called; due as soon as a new lead would be."),
            none=say("Every recycled lead has been called by its new owner."),
            counted=lambda n: say_many(
                "{n} recycled lead is not called yet", "{n} recycled leads are not called yet", n
            ),
            asks=(action_lists.leads, "call_again"),
            needs=("leads", "lead_assignments", "contacts"),
            metric="lead.recycled_on_time_rate",
            case="lead",
            columns=OF_A_LEAD,
        ),
    }


def _rounds(words: Words) -> dict[str, Todo]:
    say, say_many = words.say, words.say_many
    return {
        "visits": Todo(
            title=say("Customers to visit"),
            rule=say(
                "A whole visit or more is missing by the norm of the customer's cell; stars first, then by what is missing."
            ),
            none=say("Every customer has had the visits that are due."),
            counted=lambda n: say_many("{n} customer is due a visit", "{n} customers are due a visit", n),
            asks=(action_lists.visits,),
            needs=("orders", "contacts"),
            metric="matrix.portfolio",
            case="customer",
            columns=OF_A_VISIT,
        ),
        "surveys": Todo(
            title=say("Customers to ask this month"),
            rule=say("Drawn by lot: a tenth of the active customers of each branch is asked every month."),
            none=say("Everybody drawn for this month has been asked."),
            counted=lambda n: say_many(
                "{n} customer is to be asked this month", "{n} customers are to be asked this month", n
            ),
            asks=(action_lists.surveys,),
            needs=("orders", "surveys"),
            metric="survey.reach",
            case="customer",
            columns=OF_A_SURVEY,
        ),
    }
