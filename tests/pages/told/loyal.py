"""Sentences of the overview and of retention, and of the scorecards that every page has."""

import math
import re
from datetime import date

import pandas as pd

from pages import complaints, lead_sources, overview, retention, satisfaction
from pages.shared import cohorts, overview_cards, retention_cards, scorecard
from tests.pages.told.claims import agree, claim, clear
from tests.pages.told.common import Z, estimate, parts
from tests.pages.told.reading import pattern, read
from tests.pages.told.real import Card, months_before
from warehouse.metrics import cells, metrics
from warehouse.retention import win_to_keep
from warehouse.scope import Period, Scope


@claim(overview_cards._changed)
def changed(card: Card) -> None:
    """From what to what, whether that is more than chance, and which group's clear change made most of it."""
    code, by = str(card.made[3]), str(card.made[4])
    before = card.opened.opening.asked.compared()
    said = "{what}: {before} before, {after} now ({change})."
    unknown = "No interval is known for it, so whether this is more than chance cannot be said."
    chance = "That is no clear change: chance alone can make it."
    why = "{rate} because groups themselves changed, {mix} because their shares of the whole did."
    nobody = "No single group changed clearly."
    most = "Most of it where a group changed clearly: {group} ({effect})."
    told = dict(card.heard(said, unknown, chance, why, nobody, most))
    kind = metrics()[code].kind
    then, now = (estimate(card.ask(code, scope=scope), kind).iloc[0] for scope in (before, card.opened.opening.asked))
    agree(card, told[said]["what"] == card.label(code), "it is another figure")
    for name, true in (("before", then["value"]), ("after", now["value"])):
        card.says(told[said][name], true, code)
    change = now["value"] - then["value"]
    card.says(told[said]["change"], change, code)
    has_interval = now[["low", "high"]].notna().all() and then[["low", "high"]].notna().all()
    agree(card, (unknown in told) == (not has_interval), "whether intervals are known")
    agree(card, (chance in told) == (has_interval and not clear(now, then)), "whether that is chance")
    agree(card, (why in told) == (has_interval and clear(now, then)), "whether there is anything to explain")
    if why in told:
        effects = [read(told[why][name], card.words) for name in ("rate", "mix")]
        agree(
            card,
            abs(sum(each.value for each in effects) - change) <= sum(each.slack for each in effects) + 1e-9,
            "the sum",
        )
        groups = _clear_groups(card, code, by, before)
        same_way = {name for name, way in groups.items() if way == (change > 0)}
        agree(card, (most in told) <= bool(same_way), f"clearly changed: {groups}")
        if most in told:
            agree(card, told[most]["group"] in same_way, f"clearly changed: {groups}")
            agree(card, (read(told[most]["effect"], card.words).value >= 0) == (change > 0), "it made the opposite")


def _clear_groups(card: Card, code: str, by: str, before: Scope | None) -> dict[str, bool]:
    kind = metrics()[code].kind
    then, now = (
        estimate(card.ask(code, by, scope=scope), kind).set_index(by) for scope in (before, card.opened.opening.asked)
    )
    both = [group for group in now.index if group in then.index]
    return {
        card.names.of_code(by, group): bool(now.at[group, "value"] > then.at[group, "value"])
        for group in both
        if clear(now.loc[group], then.loc[group])
    }


@claim(overview_cards._climbed)
def climbed(card: Card) -> None:
    """How many bought, and how far they climbed."""
    rows = card.ask().set_index("part")
    few = "{what}: too few to follow."
    bought = "Of {n} customers who bought in 12 months, {again} bought again and {referred} referred others."
    silent = "Too few answered to say how many are satisfied."
    answered = "Of the {n} who answered, {share} are satisfied."
    told = dict(card.heard(few, bought, silent, answered))
    agree(card, (few in told) == math.isnan(rows.at["bought", "value"]), "whether anybody may be followed")
    if few in told:
        return
    card.says(told[bought]["n"], rows.at["bought", "value"])
    card.says(told[bought]["again"], rows.at["bought_again", "share"])
    card.says(told[bought]["referred"], rows.at["referred", "share"])
    agree(card, (silent in told) == math.isnan(rows.at["satisfied", "share"]), "whether enough answered")
    if answered in told:
        card.says(told[answered]["n"], rows.at["satisfied", "denominator"])
        card.says(told[answered]["share"], rows.at["satisfied", "share"])


@claim(overview_cards._chained)
def chained(card: Card) -> None:
    """The quickest band beside the slowest, link by link."""
    order = ["0-8 h", "8-24 h", "1-3 d", "3-7 d", "over 7 d"]
    rows = card.ask(card.metric, "band").set_index("band")
    rows = rows.loc[[band for band in order if band in rows.index]]
    few = "Too few bands of handling time have enough answers to compare."
    told = "Settled in {quick} against {slow}: {links}."
    links = {
        card.words.say(name): column
        for name, column in (("Satisfied", "top2"), ("Ordered again", "repurchase"), ("Referred others", "referral"))
    }
    ((kind, filled),) = card.heard(few, told)
    full = {name: rows[column].dropna() for name, column in links.items()}
    able = {name for name, values in full.items() if len(values) > 1}
    agree(card, (kind == few) == (not able), f"{ {name: list(values.index) for name, values in full.items()} }")
    if kind == few:
        return
    quick, slow = (
        next(band for band in rows.index if card.names.of_code("band", band) == filled[side])
        for side in ("quick", "slow")
    )
    agree(card, order.index(quick) < order.index(slow), "the slow one is quicker")
    is_clear, is_not = "{link} {first} – {last} (a clear difference)", "{link} {first} – {last} (no clear difference)"
    items = filled["links"].split(card.words.listed(["", ""]))
    agree(card, len(items) == sum({quick, slow} <= set(values.index) for values in full.values()), "a link is left out")
    for item in items:
        link = next(name for name in links if item.startswith(name))
        found = {form: _of_link(card, form, link).fullmatch(item) for form in (is_clear, is_not)}
        form, match = next((form, match) for form, match in found.items() if match)
        column = links[link]
        card.says(match["first"], rows.at[quick, column])
        card.says(match["last"], rows.at[slow, column])
        differs = clear(rows.loc[quick], rows.loc[slow], column, f"{column}_low", f"{column}_high")
        agree(card, (form == is_clear) == differs, f"{item}: whether that is clear")


def _of_link(card: Card, form: str, link: str) -> re.Pattern[str]:
    """How the item of a link is written; its name may hold spaces."""
    return re.compile(pattern(card.words, form).pattern.replace("(?P<link>.+?)", re.escape(link)))


@claim(cohorts._cohorts)
def came_back(card: Card) -> None:
    """How many of the newest cohort came back, and whether that differs from a year before."""
    rows = card.ask(card.metric, "cohort", "age", scope=_twelve_quarters(card))
    none = "No quarter has enough new customers whose next quarter is over."
    said = "Of {n} customers who first ordered in {quarter}, {share} ordered again in the next quarter."
    is_clear = "A year before it was {share}: a clear difference."
    is_not = "A year before it was {share}, which is no clear difference."
    told = dict(card.heard(none, said, is_clear, is_not))
    known = rows[(rows["age"].astype(int) == 1) & ~(rows["pending"] > 0) & rows["value"].notna()].set_index("cohort")
    agree(card, (none in told) == known.empty, "whether any quarter is known")
    if none in told:
        return
    newest = known.loc[max(known.index)]
    agree(card, told[said]["quarter"] == card.words.quarter(max(known.index)), "another quarter is the newest")
    card.says(told[said]["n"], newest["denominator"])
    card.says(told[said]["share"], newest["value"])
    year, _, quarter = max(known.index).partition("-")
    earlier = f"{int(year) - 1}-{quarter}"
    agree(card, (is_clear in told or is_not in told) == (earlier in known.index), "whether the year before is known")
    if earlier in known.index:
        form = is_clear if is_clear in told else is_not
        card.says(told[form]["share"], known.at[earlier, "value"])
        agree(card, (form == is_clear) == clear(newest, known.loc[earlier]), "whether that is clear")


def _twelve_quarters(card: Card) -> Scope:
    """Twelve quarters of first orders, up to that in which the period ends."""
    asked = card.opened.opening.asked
    last = (
        (pd.Timestamp(asked.period.end) - pd.Timedelta(days=1)).date()
        if asked.period
        else card.opened.page.inquiry.last_day
    )
    quarter = date(last.year, 3 * ((last.month - 1) // 3) + 1, 1)
    period = Period(start=months_before(quarter, 33), end=(pd.Timestamp(last) + pd.Timedelta(days=1)).date())
    return Scope(period=period, regions=asked.regions, branches=asked.branches, filters=asked.filters)


@claim(retention_cards._win_and_keep)
def reckoned(card: Card) -> None:
    """What winning and keeping cost in the newest month that knows both."""
    won, kept = (
        card.ask(code, "month", scope=card.opened.long).dropna(subset=["value"]).set_index("month")["value"]
        for code in (retention_cards.WIN, retention_cards.KEEP)
    )
    none = "No month knows both what it costs to win a customer and what it costs to keep one."
    said = "In the 12 months to {month}, winning a customer cost {win} and keeping one {keep}."
    trade = "The trade reckons {low} to {high} against 1: beside this cost to keep, winning would cost {least} – {most} (the band)."
    told = dict(card.heard(none, said, trade))
    both = sorted(set(won.index) & set(kept.index))
    agree(card, (none in told) == (not both), "whether a month knows both")
    if none in told:
        return
    newest, (low, high) = both[-1], win_to_keep()
    agree(card, told[said]["month"] == card.words.month(newest), f"the newest is {newest}")
    card.says(told[said]["win"], won[newest])
    card.says(told[said]["keep"], kept[newest])
    agree(card, (trade in told) == (kept[newest] > 0), "whether there is anything to reckon with")
    if trade in told:
        for name, true in (("low", low), ("high", high), ("least", low * kept[newest]), ("most", high * kept[newest])):
            card.says(told[trade][name], true)


@claim(retention_cards._pareto)
def concentrated(card: Card) -> None:
    """Which share of revenue the best fifth brings, and how unequal the whole is."""
    top, gini = (card.ask(code) for code in (retention_cards.TOP20, retention_cards.GINI))
    fifth = "Of {n} customers with revenue in 12 months, the fifth that spends most brings {share} of it."
    unequal = "Gini coefficient {value} (95%: {interval})."
    few = "Too few customers to say how revenue is spread."
    told = dict(card.heard(fifth, unequal, few))
    is_known = [len(rows) > 0 and pd.notna(rows["value"].iloc[0]) for rows in (top, gini)]
    agree(card, (fifth in told, unequal in told, few in told) == (*is_known, not any(is_known)), f"known: {is_known}")
    if fifth in told:
        card.says(told[fifth]["n"], top["n"].iloc[0])
        card.says(told[fifth]["share"], top["value"].iloc[0])
    if unequal in told:
        card.says(told[unequal]["value"], gini["value"].iloc[0])
        for said, end in zip(told[unequal]["interval"].split(" – "), ("low", "high"), strict=True):
            card.says(said, gini[end].iloc[0])


@claim(retention_cards._moves)
def climbed_and_fell(card: Card) -> None:
    """The most frequent moves between tiers."""
    scope = card.opened.opening.asked
    narrowed = Scope(
        period=scope.period, regions=scope.regions, branches=scope.branches, filters={"matrix": ("value_tier",)}
    )
    rows = card.ask(card.metric, "from_cell", "to_cell", scope=narrowed)
    tiers = {code: card.words.label(cell.label) for code, cell in cells("value_tier").items()}
    left = rows[rows["from_cell"].isin(tiers) & rows["to_cell"].isin(tiers) & (rows["from_cell"] != rows["to_cell"])]
    none, most = (
        "Nobody changed tier in the last month that has ended.",
        "Most moves in the last month that has ended: {moves}.",
    )
    ((kind, filled),) = card.heard(none, most)
    agree(card, (kind == none) == left.empty, "whether anybody moved")
    if kind == most:
        counts = {(tiers[row["from_cell"]], tiers[row["to_cell"]]): row["value"] for row in left.to_dict("records")}
        largest = sorted(counts.values(), reverse=True)[:2]
        found = [
            pattern(card.words, "{start} to {end} {n}").fullmatch(item)
            for item in filled["moves"].split(card.words.listed(["", ""]))
        ]
        agree(card, [counts[each["start"], each["end"]] for each in found] == largest, f"the largest are {largest}")
        for each, true in zip(found, largest, strict=True):
            card.says(each["n"], true)


@claim(retention_cards._product_age)
def aged(card: Card) -> None:
    """How old the products of customers are."""
    parts(card, card.tells, card.ask())


CARDS = {
    "Scorecard by region": (overview.MONTHLY_FIVE, "region"),
    "Scorecard by branch": (overview.MONTHLY_FIVE, "branch"),
    "Sources side by side": (lead_sources.COMPARED, "source"),
    "complaints": (complaints.TILES, "branch"),
    "satisfaction": (satisfaction.TILES, "branch"),
    "retention": ((*retention.RATES, *retention.MONEY[:2]), "branch"),
}


@claim("Scorecard by region", "Scorecard by branch", "Sources side by side", "Branches side by side")
def side_by_side(card: Card) -> None:
    """How many figures differ from the whole by more than chance explains, given how many are looked at, and which are worse."""
    title = next((key for key in CARDS if card.words.say(key) == card.title), card.opened.opening.screen)
    codes, by = CARDS[title]
    chances = _chances(card, codes, by)
    found = _discovered(chances)
    none = "No figure here has an interval to hold against the whole."
    nothing = (
        "Of {n} figure none differs from the whole by more than chance explains.",
        "Of {n} figures none differs from the whole by more than chance explains, given so many looks.",
    )
    some = "{found} of {n} figures differ from the whole by more than chance explains, given so many looks."
    worse, more = "Worse: {list}.", "Worse: {list} and {n} more."
    told = dict(card.heard(none, nothing, some, more, worse))
    agree(
        card,
        (none in told, nothing in told, some in told) == (not chances, bool(chances) and not found, bool(found)),
        str(found),
    )
    if none in told:
        return
    card.says(told[some if found else nothing]["n"], len(chances))
    if found:
        card.says(told[some]["found"], len(found))
        bad = {place for place in found if chances[place][1]}
        agree(card, (worse in told or more in told) == bool(bad), f"worse: {bad}")
        if bad:
            form = more if more in told else worse
            listed = [
                place
                for place in bad
                if f"{place[0]}{card.words.aside('|')[0]}" in told[form]["list"] + card.words.aside("")[0]
            ]
            hidden = round(read(told[form]["n"], card.words).value) if form == more else 0
            agree(card, min(len(bad), scorecard.NAMED_AT_MOST) + hidden == len(bad), f"worse: {bad}")
            agree(card, bool(listed), f"worse: {bad}")


def _chances(card: Card, codes: tuple[str, ...], by: str) -> dict[tuple[str, str], tuple[float, bool]]:
    """How probable chance is, and whether it is worse than the whole, by group and metric."""
    looks = {}
    for code in codes:
        about = metrics()[code]
        raw = card.ask(code)
        if by not in about.dims or about.direction == "none" or about.kind == "count" or raw.empty:
            continue
        whole = estimate(raw, about.kind)["value"].iloc[0]
        rows = estimate(card.ask(code, by), about.kind).dropna(subset=[by, "value"])
        for row in rows.to_dict("records"):
            if math.isnan(whole) or (math.isnan(row["low"]) and math.isnan(row["high"])):
                continue
            above = row["value"] > whole
            side = row["value"] - row["low"] if above else row["high"] - row["value"]
            away = abs(row["value"] - whole)
            error = math.inf if math.isnan(side) else side / Z
            if about.kind == "rate":  # the score test, from which Wilson's intervals are
                error = math.sqrt(whole * (1 - whole) / row["denominator"])
            chance = 1.0 if away == 0 else 0.0 if error <= 0 else math.erfc(away / error / math.sqrt(2))
            looks[card.names.of_code(by, row[by]), code] = (chance, above != (about.direction == "up"))
    return looks


def _discovered(chances: dict[tuple[str, str], tuple[float, bool]]) -> list[tuple[str, str]]:
    """Those below the line of Benjamini and Hochberg, of which one in twenty may be chance."""
    ordered = sorted(chances, key=lambda place: chances[place][0])
    last = max(
        (rank for rank, place in enumerate(ordered, 1) if chances[place][0] <= 0.05 * rank / len(ordered)), default=0
    )
    return ordered[:last]
