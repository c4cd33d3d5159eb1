"""What a branch is to do next: leads, visits, surveys and calls that are due, as they stand at the data date.

Every list is narrowed by the regions and branches of a scope alone: what is due is due, whatever the period. `in_all` counts
what there is beyond the rows that are returned. Of each branch the first `most` rows are read, by the places that they were
published with, and no others: a list costs the same in a company of any size. Complaints have lists of their own, in
`complaint_lists`.
"""

from typing import Literal, get_args

import pandas as pd

from warehouse import metrics
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

LeadAction = Literal["screen", "call_again", "expiring", "pass_on"]
LEAD_ACTIONS: tuple[LeadAction, ...] = get_args(LeadAction)
PLACED = tuple(cell for cell in metrics.cells("portfolio") if cell != "unknown")
MOST = 200


def leads(reader: Reader, scope: Scope, action: LeadAction, *, most: int = MOST) -> pd.DataFrame:
    """Leads without an order for which `action` is due, the earliest deadline first.

    screen: nobody has screened the lead; call_again: its new owner has not called; expiring: the last of the
    owner's 90 days; pass_on: the 90 days are over. Columns: lead_id, customer_code (None: not known yet), region_id, branch_id,
    source_code, owner_staff_id, owner_number, collected_at, assigned_at, due_at, hours_left (negative: late), in_all,
    late_in_all.
    """
    return _rows(reader, "action_leads", scope, most=most, action=action)


def visits(reader: Reader, scope: Scope, *, most: int = MOST) -> pd.DataFrame:
    """Customers to whom at least one whole visit is due by the norm of their portfolio cell, the best cells first.

    Columns: customer_code, customer_kind, region_id, branch_id, portfolio, value_tier, last_ordered_on, as_of_on (the month's
    end at which the customer stood there), spend (reporting currency, 12 months), visits_got (up to the data date), visits_due,
    visits_missing, in_all, in_cell.
    """
    return _rows(reader, "action_visits", scope, most=most, cells=list(PLACED))


def surveys(reader: Reader, scope: Scope, *, most: int = MOST) -> pd.DataFrame:
    """Customers drawn for this month's survey who are still to be asked, in the order of the draw.

    Columns: customer_code, customer_kind, region_id, branch_id, month_on, last_ordered_on, due_in_all (drawn), asked_in_all (of
    those, asked), in_all.
    """
    return _rows(reader, "action_surveys", scope, most=most)


def answers(reader: Reader, scope: Scope, *, most: int = MOST) -> pd.DataFrame:
    """Answers of the last 30 days by detractors and the dissatisfied with whom nobody has spoken since, the unhappiest first.

    Columns: invite_id, customer_code, region_id, branch_id, complaint_id, method_code, answered_at, recommend (0 to 10; NaN: not
    asked), overall and overall_to (of so many; NaN: not asked), in_all.
    """
    return _rows(reader, "action_answers", scope, most=most)


def feeds(reader: Reader) -> pd.DataFrame:
    """The feeds that this refresh knows, one row each: feed, unknown_columns (those that its sources do not have)."""
    return reader.frame("figure_feeds")


def _rows(reader: Reader, question: str, scope: Scope, **parameters: object) -> pd.DataFrame:
    return reader.frame(question, regions=list(scope.regions), branches=list(scope.branches), **parameters)
