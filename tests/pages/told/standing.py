"""Sentences of the segment matrices, of my branch, and of the lists of cases."""

from datetime import date, timedelta

import pandas as pd

from pages.shared import action_cards
from pages.shared.matrix import ages, moves, points, repurchase, service
from pages.shared.matrix import cells as picture
from pages.shared.matrix.cuts import moved_by, service_cuts
from pages.shared.text import Words
from pages.shared.todos import Todo, todos
from tests.pages.told.claims import agree, claim, clear
from tests.pages.told.common import HIDDEN, called_parts, parts
from tests.pages.told.reading import heard, read
from tests.pages.told.real import Card
from warehouse.metrics import cells
from warehouse.queries import lists
from warehouse.queries.case_lists import DAYS_KEPT
from warehouse.scope import Period, Scope
from warehouse.sides import repurchase_reference

COUNTED = {
    "leads": ("lead.count", "value"),
    "answers": ("survey.response_rate", "numerator"),
}
"""The figure that counts the same cases, and the column that does: for complaints, which stay as long as they are open, and for
events, which count before their orders can have come, there is none."""
CASES = ("complaints", "leads", "answers", "events")
MATRICES = {
    "Portfolio: attractiveness and support": "portfolio",
    "Value tiers: recency and frequency": "value_tier",
    "Distributors: sales and loyalty": "distributor",
    "Apostles and defectors: satisfaction and loyalty": "apostle",
}


def first_sentence(card: Card) -> tuple[str, str]:
    """A sentence about parts, and what is said after it."""
    stop = "。" if card.words.language == "zh_CN" else ". "
    first, found, rest = card.tells.partition(stop)
    return (f"{first}{stop.strip()}" if found else first), rest.strip()


@claim(*MATRICES)
def stands(card: Card) -> None:
    """Who stands in which cell, and how many would stand elsewhere if a cut moved."""
    matrix = next(name for title, name in MATRICES.items() if card.words.say(title) == card.title)
    rows = card.ask(f"matrix.{matrix}")
    told, after = first_sentence(card)
    as_parts = Card(card.title, told, card.made, f"matrix.{matrix}", card.opened, card.rows)
    parts(as_parts, told, rows)
    nobody = "Nobody would change cell if a cut moved by {step}."
    some = "{share} would change cell if one cut moved by {step}; the highest share is in {cell} ({cell_share})."
    ((kind, filled),) = heard(card.words, after, nobody, some)
    card.says(filled["step"], moved_by())
    share = rows["would_move_of_all"].max()
    agree(card, (kind == some) == (share > 0), f"{share} would change cell")
    if kind == some:
        card.says(filled["share"], share)
        card.says(filled["cell_share"], rows["would_move_share"].max())
        top = called_parts(as_parts, rows.loc[rows["would_move_share"] == rows["would_move_share"].max(), "part"])
        agree(card, filled["cell"] in top, f"the highest share is in {top}")


@claim(picture.shares)
def bring(card: Card) -> None:
    """Which cell brings most revenue."""
    rows = card.ask()
    rows = rows[rows["part"] != "unknown"].dropna(subset=["revenue_share"])
    ((_, filled),) = card.heard("{cell}: {customers} of customers, {revenue} of revenue.")
    called = called_parts(card, rows["part"])
    row = rows[[name == filled["cell"] for name in called]].iloc[0]
    agree(card, row["revenue_share"] == rows["revenue_share"].max(), "another brings more")
    card.says(filled["customers"], row["share"])
    card.says(filled["revenue"], row["revenue_share"])


@claim(picture.history)
def stood(card: Card) -> None:
    """How the cells stood at the newest month's end."""
    rows = card.ask(card.metric, "month", scope=card.opened.long)
    (_, filled), *_ = card.heard("At the end of {month}:", "{what}, {n} in all: {parts}.")
    newest = rows[rows["month"] == rows["month"].max()]
    agree(card, filled["month"] == card.words.month(rows["month"].max()), f"the newest is {rows['month'].max()}")
    head = card.words.say("At the end of {month}:", month=filled["month"])
    parts(card, card.tells.removeprefix(head).strip(), newest)


@claim(points.drawing)
def drawn(card: Card) -> None:
    """How many customers are drawn, and how many are not."""
    counted = ("{n} customer at the end of {month}.", "{n} customers at the end of {month}.")
    missing = "Not drawn: {n}, in fields of fewer than {smallest} customers."
    zero = "Not drawn: {n} at zero, for which an axis of ratios has no place."
    tiers = (
        "Cuts, the same for everybody: loyal from {orders} orders in {months} months, the last within {recent};"
        " edge until {edge} months, then lost."
    )
    cut, corner = "Cuts of the whole company, the same for everybody: {cuts}.", "Apostles from {across} and {up} on."
    told = dict(card.heard(counted, tiers, "Where the cuts lie is not known.", cut, corner, zero, missing))
    rows = lists.points(card.opened.reader, card.opened.opening.asked, matrix=str(card.made[3]))
    drawn_now, without_place, left = (
        read(told[form]["n"], card.words).value if form in told else 0.0 for form in (counted, zero, missing)
    )
    agree(card, left == rows["left_out"].max(), "others stand in small fields")
    agree(card, drawn_now + without_place == rows["customers"].sum(), "some are neither drawn nor at zero")
    agree(card, drawn_now == card.rows[card.words.say("How many")].sum(), "the table counts others")


@claim(moves.drawing)
def moved(card: Card) -> None:
    """How many changed cell, where most of them went, who came and who left."""
    matrix, asked = str(card.made[3]), card.opened.opening.asked
    scope = Scope(asked.period, asked.regions, asked.branches, {**asked.filters, "matrix": (matrix,)})
    rows = card.ask(card.metric, "from_cell", "to_cell", scope=scope)
    none = "Of {n} customers placed a month before, none changed cell."
    some = "Of {n} customers placed a month before, {moved} changed cell; most often from {before} to {now} ({most})."
    outside = "Newly here: {came}. No longer here: {left}."
    (kind, filled), (_, beyond) = card.heard(none, some, outside)
    came, left = rows["from_cell"] == "new", rows["to_cell"] == "gone"
    went = rows[~came & ~left & (rows["from_cell"] != rows["to_cell"])]
    card.says(filled["n"], rows.loc[~came, "value"].sum())
    card.says(beyond["came"], rows.loc[came, "value"].sum())
    card.says(beyond["left"], rows.loc[left, "value"].sum())
    agree(card, (kind == none) == went.empty, "whether anybody changed cell")
    if kind == some:
        card.says(filled["moved"], went["value"].sum())
        card.says(filled["most"], went["value"].max())
        top = went[went["value"] == went["value"].max()]
        called = {code: card.words.label(cell.label) for code, cell in cells(matrix).items()}
        ways = {(called[row["from_cell"]], called[row["to_cell"]]) for row in top.to_dict("records")}
        agree(card, (filled["before"], filled["now"]) in ways, f"most went {ways}")


@claim("Staff by type of service", "Branches by type of service")
def typed(card: Card) -> None:
    """How many staff or branches are of each type."""
    metric = service.STAFF if card.words.say("Staff by type of service") == card.title else service.BRANCHES
    told, after = first_sentence(card)
    as_parts = Card(card.title, told, card.made, metric, card.opened, card.rows)
    parts(as_parts, told, card.ask(metric))
    ((_, filled),) = heard(
        card.words,
        after,
        "Cuts, the same for everybody: procedure from {procedure}, personal side from {personal} of 100.",
    )
    procedure, personal = service_cuts()
    card.says(filled["procedure"], procedure)
    card.says(filled["personal"], personal)


@claim(service.by_month)
def typed_by_month(card: Card) -> None:
    """How many branches are of each type at their newest month's end."""
    rows = card.ask(card.metric, "branch", "month", scope=card.opened.long)
    rows = rows[rows["value"] > 0].sort_values("month").groupby("branch").tail(1)
    told = dict(
        card.heard("At their newest month's end: {parts}.", "Drawn: the {n} with most to train; the table has all.")
    )
    counts = rows["part"].value_counts()
    names = {card.words.label(cells("service_type")[str(code)].label): count for code, count in counts.items()}
    said = dict(
        item.rpartition(" ")[::2] for item in next(iter(told.values()))["parts"].split(card.words.listed(["", ""]))
    )
    agree(card, said == {name: str(count) for name, count in names.items()}, f"there are {names}")


@claim("Bought again, by what satisfied")
def bought_again(card: Card) -> None:
    """What a satisfying service goes along with; differences alone that are clear."""
    rows = card.ask("matrix.repurchase", "product_satisfied", "service_satisfied")
    rows = rows.set_index(["product_satisfied", "service_satisfied"])
    few = "{where}, too few answered to tell what service adds."
    differs = "{where}, repurchase differs by {points} with a satisfying service, beyond chance."
    none = "{where}, no clear difference between satisfying service and not."
    nobody = "Too few answered to compare the cells."
    told = card.heard(few, differs, none, nobody)
    for product, where in (("yes", "Where the product satisfies"), ("no", "Where the product does not satisfy")):
        said = next(((kind, filled) for kind, filled in told if filled.get("where") == card.words.say(where)), None)
        if not {(product, "yes"), (product, "no")} <= set(rows.index):
            agree(card, said is None, f"{where}: nobody is there")
            continue
        assert said is not None
        with_it, without = rows.loc[(product, "yes")], rows.loc[(product, "no")]
        is_known = pd.notna(with_it["value"]) and pd.notna(without["value"])
        expected = few if not is_known else differs if clear(with_it, without) else none
        agree(card, said[0] == expected, f"{where}: {expected}")
        if expected == differs:
            card.says(said[1]["points"], with_it["value"] - without["value"])


@claim(repurchase.beside_the_trade)
def beside_the_trade(card: Card) -> None:
    """Which cells lie clearly above or below what the trade quotes."""
    rows = card.ask(card.metric, "product_satisfied", "service_satisfied")
    cell_of = {answers: cell for cell, answers in repurchase.ANSWERS.items()}
    pairs = list(zip(rows["product_satisfied"], rows["service_satisfied"], strict=True))
    quoted = pd.Series([repurchase_reference(product_satisfied=a, service_satisfied=b) for a, b in pairs], rows.index)
    labels = pd.Series([card.words.label(cells("repurchase")[cell_of[pair]].label) for pair in pairs], rows.index)
    above, below = "Clearly above the trade's figure: {list}.", "Clearly below the trade's figure: {list}."
    none = "No cell differs clearly from the trade's figure."
    told = dict(card.heard(above, below, none, "The trade names no period; levels differ from company to company."))
    over, under = set(labels[rows["low"] > quoted]), set(labels[rows["high"] < quoted])
    for form, group in ((above, over), (below, under)):
        said = set(told[form]["list"].split(card.words.listed(["", ""]))) if form in told else set()
        agree(card, said == group, f"{form}: {group}")
    agree(card, (none in told) == (not over and not under), "some differ")


@claim("Active customers by age of product")
def aged(card: Card) -> None:
    """How old the products are."""
    parts(
        Card(card.title, card.tells, card.made, ages.METRIC, card.opened, card.rows), card.tells, card.ask(ages.METRIC)
    )


@claim(ages.by_usage)
def by_usage(card: Card) -> None:
    """Where the mean is highest and lowest."""
    further = str(card.made[3])
    rows = card.ask(card.metric, "usage")
    orders = "Orders a year: {high} for {highest}, {low} for {lowest}."
    satisfied = "Mean satisfaction (0–100): {high} for {highest}, {low} for {lowest}."
    told = dict(card.heard(orders, satisfied, HIDDEN))
    filled = told[orders if further == "orders_a_year" else satisfied]
    known = rows.dropna(subset=[further])
    usages, bands = card.called("usage", known["usage"]), called_parts(card, known["part"])
    values = dict(
        zip((f"{usage} · {band}" for usage, band in zip(usages, bands, strict=True)), known[further], strict=True)
    )
    for side, value, extreme in (("highest", "high", max(values.values())), ("lowest", "low", min(values.values()))):
        agree(card, values[filled[side]] == extreme, f"of {values}")
        card.says(filled[value], extreme)
    agree(card, (HIDDEN in told) == (len(known) < len(rows)), "what is hidden")


@claim("Customers", "Customers of a tier")
def listed(card: Card) -> None:
    """How many customers stand in a cell, and how many of them are listed."""
    one, many = (f"{{n}} {noun} at the end of {{month}}. Action due: {{action}}." for noun in ("customer", "customers"))
    cut = "Listed: the {n} with the highest spend in 12 months."
    told = dict(card.heard((one, many), cut))
    called = card.title.split(" · ")[-1]
    view = card.opened.page.inquiry.page
    matrix = "value_tier" if view == "retention" else (card.opened.opening.view or "portfolio").partition(".")[0]
    cell = next(cell for cell in cells(matrix).values() if card.words.label(cell.label) == called)
    asked = card.opened.opening.asked
    newest = Scope(regions=asked.regions, branches=asked.branches, filters=asked.filters)
    rows = card.ask(f"matrix.{matrix}", scope=newest)
    card.says(told[one, many]["n"], rows.loc[rows["part"] == cell.code, "value"].iloc[0])
    agree(card, told[one, many]["month"] == card.words.month(card.opened.page.inquiry.last_day), "not the newest month")
    agree(card, told[one, many]["action"] == card.words.label(cell.action), "another action is due")
    agree(
        card,
        (cut in told) == (len(card.rows) < rows.loc[rows["part"] == cell.code, "value"].iloc[0]),
        "how many are listed",
    )


@claim(action_cards.coverage)
def covered(card: Card) -> None:
    """Which cell gets the smallest share of the visits that are due."""
    rows = card.ask()
    rows = rows[(rows["part"] != "unknown") & rows["coverage"].notna()]
    ((_, filled),) = card.heard("Least covered: {cell}, with {visits} visits got of those due ({share}).")
    row = rows[[name == filled["cell"] for name in called_parts(card, rows["part"])]].iloc[0]
    agree(card, row["coverage"] == rows["coverage"].min(), "another is covered less")
    card.says(filled["share"], row["coverage"])
    for said, name in zip(filled["visits"].split(" / "), ("visits_got", "visits_due"), strict=True):
        card.says(said, row[name])


@claim("To do")
def due(card: Card) -> None:
    """What is due, list by list, as the questions behind the lists count it."""
    some, none = "As the data stood on {day}: {due}.", "Nothing is due today."
    ((kind, filled),) = card.heard(some, none)
    counts = {todo.title: _count(card, todo) for todo in todos(card.words).values()}
    expected = [todo.counted(counts[todo.title]) for todo in todos(card.words).values() if counts[todo.title]]
    agree(card, (kind == some) == bool(expected), f"due: {counts}")
    if kind == some:
        agree(card, filled["due"] == card.words.listed(expected), f"due: {counts}")
        agree(card, filled["day"] == card.words.day(card.opened.page.inquiry.last_day), "another day")
    backlog = card.ask("complaint.backlog_due").set_index("part")["value"]
    agree(
        card,
        counts[card.words.say("Complaints overdue")] == backlog.get("overdue", 0),
        f"overdue by the figure: {backlog}",
    )


def _count(card: Card, todo: Todo) -> int:
    question, *more = todo.asks
    rows = question(card.opened.reader, card.opened.opening.asked, *more)
    return int(rows["in_all"].iloc[0]) if len(rows) else 0


LISTS = tuple(todo.title for todo in todos(Words()).values())


@claim(*LISTS)
def to_do(card: Card) -> None:
    """The rule of a list, and whether all of it is listed."""
    todo = next(each for each in todos(card.words).values() if each.title == card.title)
    cut = "The first {n} are listed; choose a branch to see the others."
    agree(card, card.tells.startswith(todo.rule), "another rule")
    rest = card.tells.removeprefix(todo.rule).strip()
    agree(card, bool(rest) == (_count(card, todo) > len(card.rows)), "whether all are listed")
    if rest:
        card.says(heard(card.words, rest, cut)[0][1]["n"], len(card.rows))


@claim("What customers wrote", *(f"The {cases} behind these figures" for cases in CASES))
def behind(card: Card) -> None:
    """How many cases there are, by what is published of them, and how many of them are listed."""
    all_of_them = ("{n} case in this choice.", "{n} cases in this choice.")
    first = ("The first {listed} of {n} case in this choice.", "The first {listed} of {n} cases in this choice.")
    kept = "Cases are kept for {days} days."
    orders = (
        "Open and late first, then open, then the newest. Open ones are kept for as long as they are open.",
        "The newest first.",
        "The least satisfied first, then the newest.",
    )
    told = dict(card.heard(all_of_them, first, kept, *orders))
    agree(card, told[kept]["days"] == str(DAYS_KEPT), "how long they are kept")
    form = all_of_them if all_of_them in told else first
    cases = read(told[form]["n"], card.words).value
    agree(card, (form == first) == (cases > len(card.rows)), f"{len(card.rows)} are listed")
    if form == first:
        card.says(told[form]["listed"], len(card.rows))
    kind = next((each for each in CASES if card.words.say(f"The {each} behind these figures") == card.title), "")
    asked = card.opened.opening.asked
    last = card.opened.page.inquiry.last_day
    since = max(last - timedelta(days=DAYS_KEPT - 1), asked.period.start if asked.period else date.min)
    until = min(last + timedelta(days=1), asked.period.end) if asked.period else last + timedelta(days=1)
    if since >= until or kind not in COUNTED:
        return
    lately = Scope(Period(since, until), asked.regions, asked.branches, asked.filters)
    code, column = COUNTED[kind]
    rows = card.ask(code, scope=lately)
    counted = 0 if rows.empty else rows[column].sum()
    agree(card, pd.isna(counted) or cases == counted, f"the figure counts {counted}")
