"""What the page of satisfaction makes of its figures: shapes for its drawings, and the sentences that say what they show."""

import pandas as pd

from pages.shared import drawings, sentences, shapes
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.readable import Readable
from warehouse.metrics import cells

STEPS = ("much_less", "less", "equal", "more", "much_more")


def steps(inquiry: Inquiry) -> Drawing | Missing:
    """Respondents by how far experience lies from expectation."""
    return drawings.figure(inquiry, "csat.moved", by=(), shape=moved, tells=sentences.parts)


def drivers(inquiry: Inquiry) -> Drawing | Missing:
    """The questions that go along with overall satisfaction, by coefficient."""
    return drawings.figure(inquiry, "csat.drivers", by=(), shape=coefficients, tells=drives)


def comments(inquiry: Inquiry) -> Drawing | Missing:
    """How many answers carry a comment, worst to best."""
    return drawings.figure(inquiry, "csat.comments", by=(), shape=shapes.counted_answers, tells=most_commented)


def most_commented(rows: pd.DataFrame, reads: Readable) -> str:
    """How many comments there are, and beside which answers most of them stand."""
    return sentences.counts(rows.sort_values("value", ascending=False, kind="stable"), reads)


def moved(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """The five steps from very dissatisfied to moved, in their order, which is also the `part`."""
    say = reads.names.words.say
    names = [
        say("≪ Very dissatisfied"),
        say("< Dissatisfied"),
        say("= Satisfied"),
        say("> Very satisfied"),
        say("≫ Moved"),
    ]
    places = [STEPS.index(part) for part in rows["part"]]
    named = rows.assign(label=[names[place] for place in places], part=[place + 1 for place in places])
    return shapes.shares(named.sort_values("part"), reads)


def expected_and_experienced(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Sides of service, the widest gap first: what was expected and what was experienced."""
    say, ordered = reads.names.words.say, rows.dropna(subset=["value"]).sort_values("value")
    marks = (
        shapes.mark(ordered, say("Experience"), value="perception", said="value_text"),
        shapes.mark(ordered, say("Expectation"), value="expectation"),
    )
    return pd.concat(marks, ignore_index=True)


def weighed(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Sides of service whose importance is known; names stand where the nearest other point is not: above, below, right."""
    known = rows.dropna(subset=["value", "importance"]).sort_values("value")
    points = list(zip(known["value"], known["importance"].astype(float), strict=True))
    places = [_name_stands(points, place) for place in range(len(points))]
    called = {
        name: [label if place == name else "" for label, place in zip(known["label"], places, strict=True)]
        for name in ("above", "below", "right")
    }
    return known.assign(importance=known["importance"].astype(float), **called)


def _name_stands(points: list[tuple[float, float]], place: int) -> str:
    if place == len(points) - 1:
        return "right"
    across, up = points[place]
    nearest = min(points[:place] + points[place + 1 :], key=lambda other: abs(other[0] - across))
    return "above" if up >= nearest[1] else "below"


def dumbbells(inquiry: Inquiry) -> Drawing | Missing:
    """Expectation beside experience for each side of service."""
    metric, by = "servqual.gap", ("dimension",)
    answer = inquiry.ask(metric, by)
    if missing := inquiry.missing(answer):
        return missing
    rows, reads = inquiry.readable(answer), inquiry.reads(metric)
    return drawings.drawing(inquiry, expected_and_experienced(rows, reads), gaps(rows, reads), rows, by)


def importance(inquiry: Inquiry) -> Drawing | Missing:
    """Importance of each side of service against its gap."""
    metric, by, say = "servqual.gap", ("dimension",), inquiry.viewer.words.say
    made = drawings.figure(inquiry, metric, by=by, shape=weighed, tells=mend_first)
    if isinstance(made, Drawing) and made.rows.empty:
        return (
            "too-few",
            say("n too small"),
            say("Too few of those who answered also answered the question on satisfaction."),
        )
    return made


def gaps(rows: pd.DataFrame, reads: Readable) -> str:
    """The widest gap, and which sides lie clearly below what was expected."""
    words, known = reads.names.words, rows.dropna(subset=["value"])
    widest = known.loc[known["value"].idxmin()]
    said = words.say(
        "Lowest against expectation: {side} ({gap}; 95%: {interval}), with {expected} expected and {experienced} experienced.",
        side=widest["label"],
        gap=widest["value_text"],
        interval=widest["interval_text"],
        expected=widest["expectation_text"],
        experienced=widest["perception_text"],
    )
    below = known[known["high"] < 0]
    if below.empty:
        return words.sentences(said, words.say("No side lies clearly below expectation."))
    return words.sentences(
        said, words.say("Clearly below expectation: {list}.", list=words.listed(list(below["label"])))
    )


def mend_first(rows: pd.DataFrame, reads: Readable) -> str:
    """The side that goes along most closely with satisfaction, and the one furthest below expectation."""
    words = reads.names.words
    if rows.empty:
        return ""
    first, lowest = rows.loc[rows["importance"].idxmax()], rows.iloc[0]
    return words.say(
        "Goes along most closely with overall satisfaction: {first} ({first_importance}, gap {first_gap})."
        " Lowest against expectation: {lowest} ({lowest_gap}, importance {lowest_importance}).",
        first=first["label"],
        first_importance=first["importance_text"],
        first_gap=first["value_text"],
        lowest=lowest["label"],
        lowest_importance=lowest["importance_text"],
        lowest_gap=lowest["value_text"],
    )


def coefficients(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Questions by coefficient, the largest first, against zero."""
    return shapes.best_first(rows, reads).assign(whole=0.0)


def drives(rows: pd.DataFrame, reads: Readable) -> str:
    """The question with the largest coefficient, how many are clearly other than zero, how much all explain."""
    words, first = reads.names.words, rows.iloc[0]
    clear = int(((rows["low"] > 0) | (rows["high"] < 0)).sum())
    return words.say(
        "Largest coefficient: {question} ({value}; 95%: {interval}). The intervals of {clear} out of {all} questions leave out zero;"
        " together they explain {explained} of the differences in overall satisfaction (n {n}).",
        question=first["label"],
        value=first["value_text"],
        interval=first["interval_text"],
        clear=words.number(clear),
        all=words.number(len(rows)),
        explained=first["r2_text"],
        n=first["base_text"],
    )


def weighted(inquiry: Inquiry) -> Drawing | Missing:
    """Satisfied customers with each group counting as much as it has customers, beside the plain figure; by region."""
    metric = "csat.weighted_top2"
    rows = drawings.with_whole(inquiry, metric, "region")
    if isinstance(rows, tuple):
        return rows
    say = inquiry.viewer.words.say
    shown = pd.concat(
        [
            shapes.mark(rows, say("Post-stratified"), said="value_text", has_interval=True),
            shapes.mark(rows, say("Plain"), value="unweighted"),
        ],
        ignore_index=True,
    )
    told = beside_plain(rows.iloc[0], inquiry.reads(metric))
    return drawings.drawing(inquiry, shown.dropna(subset=["value"]), told, rows, ("region",))


def beside_plain(row: pd.Series, reads: Readable) -> str:
    """The post-stratified figure, the plain one, and whether the plain one lies within the other's interval."""
    words = reads.names.words
    said = words.say(
        "Post-stratified {value} (95%: {interval}), plain {plain}, from the same {n} answers.",
        value=row["value_text"],
        interval=row["interval_text"],
        plain=row["unweighted_text"],
        n=row["base_text"],
    )
    if row["low"] <= float(row["unweighted"]) <= row["high"]:
        return words.sentences(said, words.say("The plain figure lies within that interval."))
    return words.sentences(
        said, words.say("The plain figure lies outside that interval: go by the post-stratified one.")
    )


def bias(inquiry: Inquiry, kind: str) -> Drawing | Missing:
    """Share of groups of one kind (`tier`, `region` …) among customers, those asked and those who answered."""
    metric = "survey.bias"
    answer = inquiry.ask(metric, ("group_kind",))
    if missing := inquiry.missing(answer):
        return missing
    words, names = inquiry.viewer.words, inquiry.names
    rows = inquiry.readable(answer)
    rows = rows[rows["group_kind"] == kind]
    if len(rows) == 1:
        return "no-rows", words.say("One group alone"), words.say("All these customers belong to one group.")
    tiers = {code: words.label(cell.label) for code, cell in cells("value_tier").items()} if kind == "tier" else {}
    called = [tiers.get(str(part)) or names.of_code(kind, part) for part in rows["part"]]
    rows = rows.assign(label=called, part_name=called, said=rows["response_rate_text"])
    rows = rows.assign(region=rows["part"]) if kind == "region" else rows
    shown = pd.concat(
        [
            shapes.mark(rows, words.say("Of answers"), value="share", said="said"),
            shapes.mark(rows, words.say("Of those asked"), value="asked_share"),
            shapes.mark(rows, words.say("Of customers"), value="population_share"),
        ],
        ignore_index=True,
    ).dropna(subset=["value"])
    if shown.empty:
        return "no-rows", words.say("Nothing in this period"), words.say("Nobody of these groups was asked.")
    return drawings.drawing(inquiry, shown, answered(rows, inquiry.reads(metric)), rows, ())


def answered(rows: pd.DataFrame, reads: Readable) -> str:
    """The group whose share among answers lies furthest from its share among customers."""
    words = reads.names.words
    apart = (rows["share"].astype(float) - rows["population_share"].astype(float)).abs()
    if apart.isna().all():
        return words.say("How many customers these groups have is unknown.")
    row = rows.loc[apart.idxmax()]
    return words.say(
        "Furthest apart: {group}, {share} of the answers and {population} of the active customers; {rate} of those asked answered.",
        group=row["label"],
        share=row["share_text"],
        population=row["population_share_text"],
        rate=row["response_rate_text"],
    )
