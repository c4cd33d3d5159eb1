"""What stands in the cards of calls and events alone: how calls ended, what events brought, how skilled the staff are."""

import pandas as pd

from pages.shared import markup, readable, sentences, shapes
from pages.shared.charts import calls_events as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Cell, Missing
from pages.shared.panels import Screen, html
from pages.shared.readable import Readable

OUTCOMES, YIELD, SKILLS = "call.outcomes", "event.yield", "skill.profile"
PURPOSES = ("screening", "invitation", "confirmation", "reminder", "thanks", "follow_up")
SIDES = ("contact", "eliciting", "informing", "influencing")
NARROWEST_SAID = 0.16
COUNTS = ("events", "invited", "confirmed", "attended", "new", "existing", "orders")
BRANCHES_SHOWN = 12
"""Where more branches than this are chosen, skills are shown by region, if there are several."""


def outcomes(screen: Screen, title: str) -> None:
    """A card's content: how the calls of each purpose ended."""
    screen.figure(title, OUTCOMES, charts.outcomes, by=("purpose",), tells=_ended, shape=_strips)


def came(screen: Screen, title: str) -> None:
    """A card's content: from invitation to attendance to order, by month."""
    screen.made(title, YIELD, charts.came, _came)


def brought(screen: Screen, title: str) -> None:
    """A card's content: what events of every kind brought, and what they cost, as a table."""
    with screen.guarded():
        made = screen.inquiry.kept(("brought",), lambda: _brought(screen.inquiry))
        if not isinstance(made, Drawing):
            screen.nothing(title, made)
            return
        screen.titled(title, made, metric=YIELD)
        heads, body = list(made.table.columns), made.table.astype(str).to_numpy().tolist()
        html(markup.table(heads, [[Cell(said) for said in line] for line in body], described=made.tells, whole=True))


def skills(screen: Screen, title: str) -> None:
    """A card's content: one side of the skill of staff, by place."""
    side = screen.asked.view
    screen.made(f"{title} · {screen.names.of_code('side', side)}", SKILLS, charts.skills, _skills, side)


def _strips(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Parts of each purpose in the order of the calls; outcomes keep their place and colour in every row."""
    known = rows.dropna(subset=["share"])
    order = known.groupby("part")["value"].sum().sort_values(ascending=False, kind="stable")
    known = known.assign(
        row=[PURPOSES.index(code) if code in PURPOSES else len(PURPOSES) for code in known["purpose"]],
        position=known["part"].map({code: place for place, code in enumerate(order.index)}).astype(int),
        label=known["purpose_name"],
        outcome=known["part_name"],
    ).sort_values(["row", "position"])
    known["said"] = known["outcome"].where(known["share"] >= NARROWEST_SAID, "")
    return known


def _ended(rows: pd.DataFrame, reads: Readable) -> str:
    """The most frequent outcome of every purpose."""
    words = reads.names.words
    most = rows.loc[rows.groupby("label", sort=False)["share"].idxmax()]
    named = [f"{row['label']} – {row['outcome']} {row['share_text']}" for _, row in most.iterrows()]
    return words.say("The most frequent outcome by purpose: {list}.", list=words.listed(named))


def _came(inquiry: Inquiry) -> Drawing | Missing:
    answer = inquiry.history(YIELD)
    if missing := inquiry.missing(answer):
        return missing
    words, say, rows = inquiry.viewer.words, inquiry.viewer.words.say, inquiry.readable(answer)
    steps = {"invited": say("Invited"), "attended": say("Attended"), "orders": say("Orders")}
    long = [rows[["month"]].assign(step=name, people=rows[column].astype(float)) for column, name in steps.items()]
    drawn = pd.concat(long, ignore_index=True).dropna(subset=["people"])
    totals = {column: words.number(float(rows[column].sum())) for column in steps}
    tells = words.say_many(
        "In {n} month {invited} people were invited and {attended} came; those who came placed {orders} orders.",
        "In {n} months {invited} people were invited and {attended} came; those who came placed {orders} orders.",
        int(rows["attended"].notna().sum()),
        **totals,
    )
    return Drawing(
        rows=drawn.assign(people_text=[words.number(people) for people in drawn["people"]]),
        tells=tells,
        table=readable.table(rows, inquiry.names, ("month",)),
        values=rows[["month", *steps]].rename(columns={"month": inquiry.names.dimension("month"), **steps}),
    )


def _brought(inquiry: Inquiry) -> Drawing | Missing:
    answers = inquiry.ask(YIELD), inquiry.ask(YIELD, ("event_kind",))
    if missing := inquiry.missing(answers[0]):
        return missing
    words, say, reads = inquiry.viewer.words, inquiry.viewer.words.say, inquiry.reads(YIELD)
    whole, kinds = (inquiry.readable(answer) for answer in answers)
    rows = pd.concat([whole.assign(label=say("All")), kinds], ignore_index=True)
    heads = {
        "events": say("Events"),
        "invited": say("Invited"),
        "confirmed": say("Confirmed"),
        "attended": say("Attended"),
        "new": say("New people"),
        "existing": say("Customers"),
        "orders": say("Orders"),
        "revenue": say("Revenue"),
        "cost": say("Cost"),
    }
    first = inquiry.names.dimension("event_kind")
    texts = {heads[name]: ["–" if n != n else words.number(n) for n in rows[name]] for name in COUNTS}
    money = {
        heads[name]: ["–" if sum_ != sum_ else words.money(sum_, reads.currency) for sum_ in rows[name]]
        for name in ("revenue", "cost")
    }
    return Drawing(
        rows=rows[["label"]],
        tells=_worth(rows.iloc[0], reads),
        table=pd.DataFrame({first: rows["label"], **texts, **money}),
        values=rows[["label", *heads]].rename(columns={"label": first, **heads}),
    )


def _worth(row: pd.Series, reads: Readable) -> str:
    """What came back of what was spent."""
    words = reads.names.words
    said = words.say(
        "{attended} came to {events} events, {new} of them new; they placed {orders} orders.",
        **{name: words.number(row[name]) for name in ("attended", "events", "new", "orders")},
    )
    if row["revenue"] != row["revenue"] or row["cost"] != row["cost"]:
        return said
    money = {name: words.money(row[name], reads.currency) for name in ("revenue", "cost")}
    return words.sentences(said, words.say("Revenue {revenue} against a cost of {cost}.", **money))


def _skills(inquiry: Inquiry, side: str) -> Drawing | Missing:
    place = "branch" if len(inquiry.branches) <= BRANCHES_SHOWN else inquiry.place
    answer, wholes = inquiry.ask(SKILLS, (place, "side")), inquiry.ask(SKILLS, ("side",))
    if missing := inquiry.missing(answer):
        return missing
    reads, rows = inquiry.reads(SKILLS), inquiry.readable(answer)
    of_side = rows[rows["side"] == side].assign(label=lambda frame: frame[f"{place}_name"])
    whole = inquiry.readable(wholes).set_index("side")["value"]
    shown = shapes.best_first(of_side, reads).assign(whole=float(whole.get(side, float("nan"))))
    table = readable.table(rows, inquiry.names, (place, "side"))
    values = readable.values(rows, inquiry.names, (place, "side"))
    return Drawing(rows=shown, tells=sentences.ranking(of_side, reads), table=table, values=values)
