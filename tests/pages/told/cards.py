"""Sentences of single cards: complaints, leads, calls and events, satisfaction."""

import math

import pandas as pd

from pages.shared import calls_cards, complaint_cards, complaint_flow, lead_cards, satisfaction_cards
from tests.pages.told.claims import agree, claim, shown
from tests.pages.told.common import HIDDEN, parts, ranking, shares_in
from tests.pages.told.reading import month_of
from tests.pages.told.real import Card
from warehouse.causes import causes
from warehouse.metrics import cells


def named(card: Card, said: str) -> list[str]:
    """The items of a list."""
    return said.split(card.words.listed(["", ""]))


@claim(complaint_cards.branches)
def beyond_chance(card: Card) -> None:
    """Which branches chance does not explain."""
    raw = card.ask(card.metric, "branch")
    rows = shown(raw).assign(label=lambda frame: card.called("branch", frame["branch"]))
    unseen = "The share of the whole company is not yours to see, so no limits are drawn around it."
    none = "No branch lies outside the 99.8% limits around the company's {centre}: chance alone may explain how they differ."
    worse = "Broken more often than chance explains, around the company's {centre}: {list}."
    better = "Broken less often than chance explains, around the company's {centre}: {list}."
    others = (
        "Of {n} other branch chance alone may explain the figure.",
        "Of {n} other branches chance alone may explain the figures.",
    )
    told = dict(card.heard(unseen, none, worse, better, others, HIDDEN))
    if rows["centre"].isna().all():
        agree(card, list(told) == [unseen], "no limits are known")
        return
    above = set(rows.loc[rows["value"] > rows["high_998"], "label"])
    below = set(rows.loc[rows["value"] < rows["low_998"], "label"])
    for template, group in ((worse, above), (better, below)):
        agree(card, (template in told) == bool(group), f"outside: {group}")
        if template in told:
            card.says(told[template]["centre"], rows["centre"].iloc[0])
            several = set(named(card, told[template]["list"])[:3]) if len(group) > 3 else group
            agree(
                card,
                several <= group and (len(group) > 3 or set(named(card, told[template]["list"])) == group),
                str(group),
            )
    agree(card, (none in told) == (not above and not below), "some lie outside")
    if others in told:
        card.says(told[others]["n"], len(rows) - len(above) - len(below))
    agree(card, (HIDDEN in told) == (len(rows) < len(raw)), "what is hidden")
    if HIDDEN in told:
        card.says(told[HIDDEN]["n"], len(raw) - len(rows))


@claim(complaint_cards.reasons)
def most_frequent(card: Card) -> None:
    """The most frequent cause, and for how many none is known."""
    rows = shown(card.ask()).set_index("part")
    most, unknown = "Most frequent of {n}: {cause} with {said}{gap}.", "No cause is noted yet for {said}."
    told = dict(card.heard(most, unknown))
    noted = rows.drop(index="unknown", errors="ignore")
    agree(card, (most in told) == bool(len(noted)), "no cause is known")
    if most in told:
        called = {
            code: card.words.label(causes()[code].label) if code in causes() else card.names.of_code("part", code)
            for code in noted.index
        }
        top = {called[code] for code in noted.index[noted["value"] == noted["value"].max()]}
        agree(card, told[most]["cause"] in top, f"the most frequent are {top}")
        _count_and_share(card, told[most]["said"] + told[most]["gap"], noted["value"].max(), noted["share"].max())
        card.says(told[most]["n"], rows["denominator"].max())
    agree(card, (unknown in told) == ("unknown" in rows.index), "for how many none is known")
    if unknown in told:
        _count_and_share(card, told[unknown]["said"], rows.at["unknown", "value"], rows.at["unknown", "share"])


def _count_and_share(card: Card, said: str, count: float, share: float) -> None:
    number, _, rest = said.replace("（", "(").replace("）", ")").partition("(")
    card.says(number.strip(), count)
    card.says(rest.partition(")")[0], share)


@claim(complaint_cards.recovery)
def came_after(card: Card) -> None:
    """How many ordered again after a complaint, and whether comparable customers differ."""
    row = card.ask(scope=card.opened.long).iloc[0]
    how_many = "Over 24 months, {share} of {n} complaints resolved were followed by an order within 180 days."
    more = "Against comparable customers that is {difference} (95%: {interval}), more than chance explains."
    chance = "Against comparable customers that is {difference} (95%: {interval}), which chance alone may explain."
    nobody = "Nobody is there to compare with."
    (_, filled), (kind, compared) = card.heard(how_many, more, chance, nobody)
    card.says(filled["share"], row["value"])
    card.says(filled["n"], row["denominator"])
    low, high = row["difference_low"], row["difference_high"]
    agree(card, (kind == nobody) == math.isnan(low), "whether there is anybody to compare with")
    if kind != nobody:
        card.says(compared["difference"], row["difference"])
        ends = compared["interval"].split(" … ")
        card.says(ends[0], low)
        card.says(ends[1], high)
        agree(card, (kind == more) == (low > 0 or high < 0), f"{low} … {high}")


@claim(complaint_cards.arrivals)
def came_by_day(card: Card) -> None:
    """How many came, on how many days, and when most of them did."""
    rows = card.ask(card.metric, "day")
    rows = rows[rows["value"] > 0]
    ((_, filled),) = card.heard(
        "{n} complaints on {days} days; the most on one day: {most} ({day}). Days without any are left blank."
    )
    card.says(filled["n"], rows["value"].sum())
    card.says(filled["days"], len(rows))
    card.says(filled["most"], rows["value"].max())
    busiest = [
        day for day in rows.loc[rows["value"] == rows["value"].max(), "day"] if card.words.day(day) == filled["day"]
    ]
    agree(card, len(busiest) == 1, "there was another day")


@claim(complaint_flow.hours)
def came_by_hour(card: Card) -> None:
    """On which weekday and in which hour most came, and of how many the hour is not known."""
    rows = card.ask(card.metric, "weekday", "hour")
    known = rows.dropna(subset=["weekday", "hour"])
    most = (
        "{n} complaints; the most on {day} ({on_day}) and in the hour from {hour} ({in_hour})."
        " Hours without any are left blank."
    )
    unknown = ("Of {n} more only the day is known.", "Of {n} more only the day is known.")
    told = dict(card.heard(most, unknown))
    filled = told[most]
    card.says(filled["n"], known["value"].sum())
    for dimension, called, count in (("weekday", "day", "on_day"), ("hour", "hour", "in_hour")):
        counts = known.groupby(dimension)["value"].sum()
        card.says(filled[count], counts.max())
        agree(
            card, filled[called] in card.called(dimension, counts.index[counts == counts.max()]), f"of {dict(counts)}"
        )
    agree(card, (unknown in told) == (len(known) < len(rows)), "whether any hour is unknown")


@claim(lead_cards._attribution)
def credited(card: Card) -> None:
    """Whom the models credit with the orders."""
    rows = card.ask(card.metric, "model")
    touched = "Of {n} orders, {share} were touched by no lead."
    first = "First touch gives most to {source}: {share}."
    alike = "All models give every source the same."
    differ = "The models differ most on {source}: {low} ({low_model}) to {high} ({high_model})."
    told = dict(card.heard(touched, first, alike, differ))
    card.says(told[touched]["n"], rows["denominator"].max())
    own = rows[(rows["model"] == "first_touch") & (rows["part"] == "unattributed")]["share"]
    card.says(told[touched]["share"], own.iloc[0] if len(own) else 0.0)
    known = rows[rows["part"] != "unattributed"].dropna(subset=["share"])
    if known.empty:
        agree(card, list(told) == [touched], "no source is credited")
        return
    by_first = known[known["model"] == "first_touch"].set_index("part")["share"]
    top = card.called("source", by_first.index[by_first == by_first.max()])
    agree(card, told[first]["source"] in top, f"first touch gives most to {top}")
    card.says(told[first]["share"], by_first.max())
    spread = known.groupby("part")["share"].agg(lambda shares: shares.max() - shares.min())
    agree(card, (alike in told) == (spread.max() < 0.0005), f"they differ by {spread.max()}")
    if differ in told:
        widest = card.called("source", spread.index[spread > spread.max() - 1e-9])
        agree(card, told[differ]["source"] in widest, f"the widest are {widest}")
        part = dict(zip(card.called("source", spread.index), spread.index, strict=True))[told[differ]["source"]]
        of_part = known[known["part"] == part].set_index("model")["share"]
        of_part.index = card.called("model", of_part.index)
        for side, extreme in (("low", of_part.min()), ("high", of_part.max())):
            card.says(told[differ][side], extreme)
            card.says(told[differ][side], of_part[told[differ][f"{side}_model"]])


@claim(lead_cards._triangle)
def ripened(card: Card) -> None:
    """What the newest month of leads that had their 90 days came to, and how many months have not had them."""
    rows = card.ask("lead.conversion_90", "month", scope=card.opened.long)
    rows = rows.sort_values("month").tail(lead_cards.COHORTS_SHOWN)
    none = "No month has enough leads that have had their 90 days."
    newest = "Of the leads of {month}, the newest month with enough of them that have had their 90 days, {share} ordered within them."
    waiting = ("{n} month still has time.", "{n} months still have time.")
    told = dict(card.heard(none, newest, waiting))
    young = rows[rows["pending"] > 0]
    known = shown(rows[~(rows["pending"] > 0)])
    agree(card, (newest in told) == bool(len(known)), f"{len(known)} months are known")
    if newest in told:
        last = known.iloc[-1]
        agree(
            card, month_of(told[newest]["month"], card.words, list(known["month"])) == last["month"], str(last["month"])
        )
        card.says(told[newest]["share"], last["value"])
    agree(card, (waiting in told) == bool(len(young)), "which still have time")
    if waiting in told:
        card.says(told[waiting]["n"], len(young))


@claim(lead_cards._marked)
def marked(card: Card) -> None:
    """Which share of the leads has each mark."""
    rows = card.ask()
    known, unknown = "Of {n} leads whose marks are known: {parts}.", "Of {n} more nobody has noted them."
    told = dict(card.heard(known, unknown))
    card.says(told[known]["n"], rows["denominator"].max())
    shares = dict(zip(card.called("part", rows["part"]), rows["share"], strict=True))
    said = dict(shares_in(told[known]["parts"]))
    agree(card, set(said) == set(shares), f"the marks are {set(shares)}")
    for name, share in said.items():
        card.says(share, shares[name])
    agree(card, (unknown in told) == (rows["unknown"].max() > 0), "for how many it is unknown")
    if unknown in told:
        card.says(told[unknown]["n"], rows["unknown"].max())


@claim(calls_cards._ended)
def ended(card: Card) -> None:
    """The most frequent outcome of each purpose."""
    rows = card.ask(card.metric, "purpose").dropna(subset=["share"])
    ((_, filled),) = card.heard("The most frequent outcome by purpose: {list}.")
    said = filled["list"].split(card.words.listed(["", ""]))
    agree(card, len(said) == rows["purpose"].nunique(), "another number of purposes")
    of = {card.names.of_code("purpose", code): group for code, group in rows.groupby("purpose")}
    for item in said:
        purpose, _, rest = item.partition(" – ")
        outcome, _, share = rest.rpartition(" ")
        group = of[purpose]
        top = card.called("part", group.loc[group["share"] == group["share"].max(), "part"])
        agree(card, outcome in top, f"of {purpose} it is {top}")
        card.says(share, group["share"].max())


@claim(calls_cards._came)
def came(card: Card) -> None:
    """How many were invited, came and ordered over the months that are known."""
    rows = card.ask(card.metric, "month", scope=card.opened.long)
    form = "In {n} months {invited} people were invited and {attended} came; those who came placed {orders} orders."
    ((_, filled),) = card.heard((form.replace("months", "month"), form))
    known = rows.dropna(subset=["attended"])
    card.says(filled["n"], len(known))
    for name in ("invited", "attended", "orders"):
        card.says(filled[name], known[name].sum())


@claim("What events brought")
def brought(card: Card) -> None:
    """What came of all events together, and what they cost."""
    row = card.ask("event.yield").iloc[0]
    came_to = "{attended} came to {events} events, {new} of them new; they placed {orders} orders."
    money = "Revenue {revenue} against a cost of {cost}."
    told = dict(card.heard(came_to, money))
    for name, said in {**told[came_to], **told.get(money, {})}.items():
        card.says(said, row[name])
    agree(
        card, (money in told) == bool(pd.notna(row["revenue"]) and pd.notna(row["cost"])), "whether the money is known"
    )


@claim(calls_cards._skills)
def skilled(card: Card) -> None:
    """Where staff are most and least skilled at one side."""
    inquiry = card.opened.page.inquiry
    place = "branch" if len(inquiry.branches) <= calls_cards.BRANCHES_SHOWN else inquiry.place
    rows = card.ask(card.metric, place, "side")
    ranking(card, rows[rows["side"] == card.made[3]], place)


@claim(satisfaction_cards.steps)
def moved(card: Card) -> None:
    """How experience compares with expectation."""
    parts(card, card.tells, card.ask())


@claim(satisfaction_cards.dumbbells)
def fell_short(card: Card) -> None:
    """Where service lies lowest against expectation, and where clearly below it."""
    rows = shown(card.ask(card.metric, "dimension")).assign(
        label=lambda frame: card.called("dimension", frame["dimension"])
    )
    lowest = "Lowest against expectation: {side} ({gap}; 95%: {interval}), with {expected} expected and {experienced} experienced."
    none, below = "No side lies clearly below expectation.", "Clearly below expectation: {list}."
    (_, filled), (kind, listed) = card.heard(lowest, none, below)
    row = rows[rows["label"] == filled["side"]].iloc[0]
    agree(card, row["value"] == rows["value"].min(), "another side is lower")
    for name, column in (("gap", "value"), ("expected", "expectation"), ("experienced", "perception")):
        card.says(filled[name], row[column])
    for said, column in zip(filled["interval"].split(" … "), ("low", "high"), strict=True):
        card.says(said, row[column])
    clearly = set(rows.loc[rows["high"] < 0, "label"])
    agree(card, (set(named(card, listed["list"])) if kind == below else set()) == clearly, f"clearly below: {clearly}")


@claim(satisfaction_cards.importance)
def mend(card: Card) -> None:
    """What goes along most with satisfaction, and what is lowest."""
    rows = shown(card.ask(card.metric, "dimension")).dropna(subset=["importance"])
    rows = rows.assign(label=card.called("dimension", rows["dimension"])).set_index("label")
    ((_, filled),) = card.heard(
        "Goes along most closely with overall satisfaction: {first} ({first_importance}, gap {first_gap})."
        " Lowest against expectation: {lowest} ({lowest_gap}, importance {lowest_importance})."
    )
    first, lowest = rows.loc[filled["first"]], rows.loc[filled["lowest"]]
    agree(card, first["importance"] == rows["importance"].max(), "another is more important")
    agree(card, lowest["value"] == rows["value"].min(), "another is lower")
    for said, row in (("first", first), ("lowest", lowest)):
        card.says(filled[f"{said}_importance"], row["importance"])
        card.says(filled[f"{said}_gap"], row["value"])


@claim(satisfaction_cards.drivers)
def driven(card: Card) -> None:
    """The largest coefficient, and how many are clearly other than zero."""
    rows = shown(card.ask()).assign(label=lambda frame: card.called("part", frame["part"])).set_index("label")
    ((_, filled),) = card.heard(
        "Largest coefficient: {question} ({value}; 95%: {interval}). The intervals of {clear} out of {all} questions leave out zero;"
        " together they explain {explained} of the differences in overall satisfaction (n {n})."
    )
    row = rows.loc[filled["question"]]
    agree(card, row["value"] == rows["value"].max(), "another is larger")
    for name, true in (
        ("value", row["value"]),
        ("clear", ((rows["low"] > 0) | (rows["high"] < 0)).sum()),
        ("all", len(rows)),
        ("explained", row["r2"]),
        ("n", row["n"]),
    ):
        card.says(filled[name], true)


@claim(satisfaction_cards.weighted)
def weighed(card: Card) -> None:
    """The post-stratified figure beside the plain one."""
    row = card.ask().iloc[0]
    said = "Post-stratified {value} (95%: {interval}), plain {plain}, from the same {n} answers."
    within = "The plain figure lies within that interval."
    outside = "The plain figure lies outside that interval: go by the post-stratified one."
    (_, filled), (kind, _) = card.heard(said, within, outside)
    for name, column in (("value", "value"), ("plain", "unweighted"), ("n", "n")):
        card.says(filled[name], row[column])
    agree(card, (kind == within) == (row["low"] <= row["unweighted"] <= row["high"]), "where the plain figure lies")


@claim(satisfaction_cards.bias)
def apart_from_customers(card: Card) -> None:
    """The group whose share among answers lies furthest from its share among customers."""
    kind = str(card.made[3])
    rows = card.ask(card.metric, "group_kind")
    rows = rows[rows["group_kind"] == kind]
    unknown = "How many customers these groups have is unknown."
    told = "Furthest apart: {group}, {share} of the answers and {population} of the active customers; {rate} of those asked answered."
    ((said, filled),) = card.heard(unknown, told)
    gap = (rows["share"] - rows["population_share"]).abs()
    agree(card, (said == unknown) == gap.isna().all(), "whether customers are known")
    if said == told:
        tiers = (
            {code: card.words.label(cell.label) for code, cell in cells("value_tier").items()} if kind == "tier" else {}
        )
        called = [tiers.get(str(part)) or card.names.of_code(kind, part) for part in rows["part"]]
        row = rows[[name == filled["group"] for name in called]].iloc[0]
        agree(card, abs(row["share"] - row["population_share"]) == gap.max(), "another group is further")
        for name, column in (("share", "share"), ("population", "population_share"), ("rate", "response_rate")):
            card.says(filled[name], row[column])
