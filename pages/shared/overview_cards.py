"""What stands in the overview's own cards: why a figure changed, how far customers climb, what quick handling is followed by."""

from collections.abc import Sequence

import pandas as pd

from pages.shared import cached, readable
from pages.shared.charts import overview as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.panels import Screen
from pages.shared.readable import Readable
from warehouse.metrics import metrics
from warehouse.queries import decompose, signals
from warehouse.queries.decompose import OTHER, NotDecomposable
from warehouse.queries.reader import Reader
from warehouse.queries.signals import Difference
from warehouse.scope import Scope

GROUPS_SHOWN = 8
LINKS = (("top2", "n"), ("repurchase", "repurchase_n"), ("referral", "repurchase_n"))
"""The three links of the chain after the handling, each with what it is counted on."""


def why(screen: Screen, title: str, metric: str, *, by: str | None = None) -> None:
    """A card's content: the change of `metric` since the compared period, by the groups of `by`, else by place."""
    screen.made(title, metric, charts.change, _changed, metric, by or screen.inquiry.place)


def ladder(screen: Screen, title: str) -> None:
    """A card's content: how far customers have climbed."""
    screen.figure(title, "five.ladder", charts.ladder, tells=_climbed, shape=_steps)


def chain(screen: Screen, title: str) -> None:
    """A card's content: satisfaction, repurchase and referral by how long a complaint was handled."""
    screen.figure(title, "csat.by_handling", charts.chain, by=("band",), tells=_chained, shape=_bands)


def _changed(inquiry: Inquiry, metric: str, by: str) -> Drawing | Missing:
    """The change of `metric` since the compared period, told apart by the groups of `by` into their figures and their mix."""
    if missing := inquiry.missing(inquiry.ask(metric)):
        return missing
    say, before = inquiry.viewer.words.say, inquiry.scope.compared()
    if before is None:
        return (
            "no-rows",
            say("Nothing to compare with"),
            say("Choose a period in the sidebar, and the period before or a year before to compare it with."),
        )
    scopes = inquiry.known_scope(metric, before), inquiry.known_scope(metric)
    try:
        found = cached.rows(inquiry.viewer.asker, _decomposed, metric, *scopes, by)
    except NotDecomposable:
        return (
            "too-few",
            say("Cannot be told apart"),
            say("One of the two periods has no figure, or too few cases to show the groups it is made of."),
        )
    reads = inquiry.reads(metric)
    named = found.assign(
        label=[
            say("Groups too small to show") if code == OTHER else inquiry.names.of_code(by, code) for code in found[by]
        ]
    )
    table, values = _tables(named, reads, inquiry.names.dimension(by))
    return Drawing(
        rows=_bars(named, reads, by), tells=_why(inquiry, metric, by, scopes, named), table=table, values=values
    )


def _decomposed(reader: Reader, metric: str, before: Scope, after: Scope, by: str) -> pd.DataFrame:
    return decompose.decompose(reader, metric, before, after, by=by)


def _bars(found: pd.DataFrame, reads: Readable, by: str) -> pd.DataFrame:
    """One row a group and effect, the groups with the greatest effect alone, the others together."""
    words = reads.names.words
    shown, rest = found.iloc[:GROUPS_SHOWN], found.iloc[GROUPS_SHOWN:]
    columns = [by, "label", "rate_effect", "mix_effect", "effect"]
    if len(rest):
        label = words.say_many("{n} other", "{n} others", len(rest))
        together = pd.DataFrame([{"label": label, **rest[columns[2:]].sum().to_dict()}])
        shown = pd.concat([shown[columns], together], ignore_index=True)
    kinds = (("rate_effect", words.say("Its own figure")), ("mix_effect", words.say("Its share of the whole")))
    long = [shown.assign(kind=kind, part=shown[name], said="") for name, kind in kinds]
    long[0]["said"] = [reads.change(effect) for effect in shown["effect"]]
    rows = pd.concat(long, ignore_index=True)
    rows["part_text"] = [reads.change(part) for part in rows["part"]]
    return rows[[by, "label", "kind", "part", "part_text", "effect", "said"]].replace({by: {OTHER: None}})


def _tables(found: pd.DataFrame, reads: Readable, group: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The decomposition as people read it, and as numbers."""
    words, say = reads.names.words, reads.names.words.say
    called = {
        "label": group,
        "share_before": say("Share before"),
        "share_after": say("Share now"),
        "value_before": say("Figure before"),
        "value_after": say("Figure now"),
        "rate_effect": say("By its own figure"),
        "mix_effect": say("By its share of the whole"),
        "effect": say("Together"),
    }
    written = found.assign(
        **{name: [words.percent(share) for share in found[name]] for name in ("share_before", "share_after")},
        **{name: [reads.value(value) for value in found[name]] for name in ("value_before", "value_after")},
        **{name: [reads.change(part) for part in found[name]] for name in ("rate_effect", "mix_effect", "effect")},
    )
    return written[[*called]].rename(columns=called), found[[*called]].rename(columns=called)


def _why(inquiry: Inquiry, metric: str, by: str, scopes: tuple[Scope, Scope], found: pd.DataFrame) -> str:
    """From what to what, and why; a reason is told only for a clear change, a group named only where its own change is clear."""
    words, reads = inquiry.viewer.words, inquiry.reads(metric)
    said = words.say(
        "{what}: {before} before, {after} now ({change}).",
        what=words.label(reads.metric.label),
        before=reads.value(found.attrs["before"]),
        after=reads.value(found.attrs["after"]),
        change=reads.change(found.attrs["change"]),
    )
    whole = _differences(inquiry, metric, scopes, ())
    if not whole:
        return words.sentences(
            said, words.say("No interval is known for it, so whether this is more than chance cannot be said.")
        )
    if not whole[()].is_clear:
        return words.sentences(said, words.say("That is no clear change: chance alone can make it."))
    parts = words.say(
        "{rate} because groups themselves changed, {mix} because their shares of the whole did.",
        rate=reads.change(found["rate_effect"].sum()),
        mix=reads.change(found["mix_effect"].sum()),
    )
    same_way = found[found["effect"] * found.attrs["change"] > 0]
    clear = {codes[0] for codes, change in _differences(inquiry, metric, scopes, (by,)).items() if change.is_clear}
    named = same_way[same_way[by].isin(clear)]
    if named.empty:
        return words.sentences(said, parts, words.say("No single group changed clearly."))
    first = named.iloc[0]
    most = words.say(
        "Most of it where a group changed clearly: {group} ({effect}).",
        group=first["label"],
        effect=reads.change(first["effect"]),
    )
    return words.sentences(said, parts, most)


def _differences(
    inquiry: Inquiry, metric: str, scopes: tuple[Scope, Scope], by: Sequence[str]
) -> dict[tuple[object, ...], Difference]:
    """The change of each group from the first scope to the second, where both figures have intervals."""
    kind, ends = metrics()[metric].kind, []
    for scope in scopes:
        rows = inquiry.readable(inquiry.ask(metric, by, scope))
        ends.append({tuple(row[name] for name in by): readable.estimate(row, kind) for _, row in rows.iterrows()})
    before, after = ends
    return {
        codes: signals.difference(late, early)
        for codes, late in after.items()
        if late is not None and (early := before.get(codes)) is not None
    }


def _steps(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Steps of the value ladder as shares, with whom they are counted on."""
    words = reads.names.words
    of = zip(rows["value"], rows["denominator"], strict=True)
    return rows.assign(
        all=1.0,
        of_text=["–" if value != value else f"{words.number(value)} / {words.number(base)}" for value, base in of],
    )


def _climbed(rows: pd.DataFrame, reads: Readable) -> str:
    """How many bought, and which share of them came to each step; satisfied of those who answered."""
    words, steps = reads.names.words, rows.set_index("part")
    bought = steps.loc["bought"]
    if bought["value"] != bought["value"]:
        return words.say("{what}: too few to follow.", what=words.label(reads.metric.label))
    said = words.say(
        "Of {n} customers who bought in 12 months, {again} bought again and {referred} referred others.",
        n=words.number(bought["value"]),
        again=steps.loc["bought_again", "share_text"],
        referred=steps.loc["referred", "share_text"],
    )
    satisfied = steps.loc["satisfied"]
    if satisfied["share"] != satisfied["share"]:
        return words.sentences(said, words.say("Too few answered to say how many are satisfied."))
    answered = words.say(
        "Of the {n} who answered, {share} are satisfied.",
        n=words.number(satisfied["denominator"]),
        share=satisfied["share_text"],
    )
    return words.sentences(said, answered)


def _bands(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Bands of handling time by link of the chain, in long form: label, link, share, low, high and texts; hidden ones are left out."""
    words = reads.names.words
    names = (words.say("Satisfied"), words.say("Ordered again"), words.say("Referred others"))
    long = [
        rows.assign(
            link=name,
            share=rows[column],
            share_low=rows[f"{column}_low"],
            share_high=rows[f"{column}_high"],
            of=rows[base],
        )
        for name, (column, base) in zip(names, LINKS, strict=True)
    ]
    columns = ["label", "link", "share", "share_low", "share_high", "of"]
    together = pd.concat(long, ignore_index=True)[columns].dropna(subset=["share"])
    ends = zip(together["share_low"], together["share_high"], strict=True)
    return together.assign(
        share_text=[words.percent(share) for share in together["share"]],
        interval_text=[f"{words.percent(low)} – {words.percent(high)}" for low, high in ends],
        of_text=[words.number(base) for base in together["of"]],
    )


def _chained(rows: pd.DataFrame, reads: Readable) -> str:
    """The quickest band beside the slowest, link by link, and which of the differences are clear."""
    words = reads.names.words
    ends = [
        (link["label"].iloc[0], link["label"].iloc[-1]) for _, link in rows.groupby("link", sort=False) if len(link) > 1
    ]
    if not ends:
        return words.say("Too few bands of handling time have enough answers to compare.")
    quick, slow = max(ends, key=ends.count)
    links = [_link(rows[rows["link"] == link], quick, slow, reads) for link in dict.fromkeys(rows["link"])]
    return words.say(
        "Settled in {quick} against {slow}: {links}.",
        quick=quick,
        slow=slow,
        links=words.listed([link for link in links if link]),
    )


def _link(rows: pd.DataFrame, quick: str, slow: str, reads: Readable) -> str:
    words, by_band = reads.names.words, rows.set_index("label")
    if not {quick, slow} <= set(by_band.index):
        return ""
    first, last = by_band.loc[quick], by_band.loc[slow]
    ends = (signals.Estimate(row["share"], row["share_low"], row["share_high"]) for row in (first, last))
    values = {"link": first["link"], "first": first["share_text"], "last": last["share_text"]}
    if signals.difference(*ends).is_clear:
        return words.say("{link} {first} – {last} (a clear difference)", **values)
    return words.say("{link} {first} – {last} (no clear difference)", **values)
