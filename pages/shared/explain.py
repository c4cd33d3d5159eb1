"""What stands behind a figure: what it means, how it is made, from which refresh, guarded by which checks."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from checks.rules import Rule, suites
from pages.shared import cached, distances, usage
from pages.shared.address import OF_THE_SESSION
from pages.shared.charts import lineage as charts
from pages.shared.names import Names, screens
from pages.shared.readable import Readable
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from warehouse import metrics as catalogue
from warehouse.metrics import Metric
from warehouse.queries import flow, health, provenance, state
from warehouse.scope import Scope

TABLE_HEIGHT = 260
MARKS = {"passed": ":material/check_circle:", "failed": ":material/cancel:", "raised": ":material/error:"}


def figures(viewer: Viewer, codes: Sequence[str], *, key: str, by_month: pd.DataFrame | None = None) -> None:
    """Draw the explanation of one metric, which is chosen where there are several: those of a scorecard."""
    words, known = viewer.words, catalogue.metrics()
    code = codes[0]
    if len(codes) > 1:
        asked = f"{key}-which"
        code = st.selectbox(
            words.say("Figure"), codes, format_func=lambda each: words.label(known[each].label), key=asked
        )
    metric(viewer, code, key=key, by_month=by_month)


def metric(
    viewer: Viewer, code: str, *, key: str, is_entry: bool = False, by_month: pd.DataFrame | None = None
) -> None:
    """Draw the explanation of one metric inside whatever is open. What lies behind a tab is made when the tab is opened.

    `key` tells one explanation of the page from the other; `by_month` is the table behind a tile. The entry in the dictionary
    has no way to itself, and its lineage stands on a card of its own.
    """
    words, about = viewer.words, catalogue.metrics()[code]
    say = words.say
    st.markdown(f"**{words.label(about.label)}** · `{code}`")
    st.caption(" · ".join([_refresh(viewer), _guarded(viewer, about), *_restated(viewer, about)]))
    drawn: dict[str, Callable[[Viewer, Metric], object]] = {say("Meaning"): _meaning}
    if by_month is not None:
        drawn[say("By month")] = lambda *_: st.dataframe(by_month, hide_index=True, height=TABLE_HEIGHT)
    if not is_entry:
        drawn[say("Made from")] = _made_from
    drawn |= {say("SQL"): _sql, say("Checks"): _checks}
    for tab, draw in zip(st.tabs(list(drawn), key=key, on_change="rerun"), drawn.values(), strict=True):
        with tab:
            if tab.open:
                draw(viewer, about)
    if not is_entry:
        entry = say("Open in the dictionary")
        st.markdown(f"[{entry}]({_in_dictionary(code)})")


def _meaning(viewer: Viewer, about: Metric) -> None:
    words = viewer.words
    say = words.say
    st.markdown(words.label(about.meaning))
    parts = {
        say("How to read it"): words.label(about.how_to_read),
        say("What not to conclude"): words.label(about.not_conclude),
        say("Formula"): words.label(about.formula),
        say("Target"): _target(viewer, about),
        say("Shown on"): words.listed([screens(words)[page] for page in usage.where_used().get(about.code, ())]),
    }
    for title, said in parts.items():
        if said:
            st.markdown(f"**{title}**  \n{said}")
    good = {"up": say("up is good"), "down": say("down is good"), "none": say("neither way is good or bad")}
    facts = [
        say("unit: {unit}", unit=words.label(about.unit_label)),
        good[about.direction],
        say("shown from n = {n}", n=about.smallest_base),
        say("owner: {owner}", owner=words.label(about.owner_label)),
        say("source: {source}", source=words.label(about.source_label)),
    ]
    st.caption(" · ".join(facts))


def _made_from(viewer: Viewer, about: Metric) -> None:
    """The columns that a figure is made from, as a graph up to the feeds and as a table."""
    from warehouse.queries.lineage import steps  # reads SQL, which takes 9 MB that few ask for

    words, found = viewer.words, steps(about)
    st.markdown(origin(viewer, found))
    st.graphviz_chart(charts.graph(found, viewer.look, figure=words.label(about.label)), width="stretch")
    st.dataframe(origin_table(words, found), hide_index=True, height=TABLE_HEIGHT)


def origin(viewer: Viewer, found: Sequence[charts.Step]) -> str:
    """The feeds that a figure comes from, as a sentence."""
    fed = sorted({step.from_table.removeprefix("feed.") for step in found if step.from_table.startswith("feed.")})
    named = [Names.of(viewer).feed(feed) for feed in fed]
    return viewer.words.say("It comes from {feeds}.", feeds=viewer.words.listed(named))


def origin_table(words: Words, found: Sequence[charts.Step]) -> pd.DataFrame:
    """Every column and one that it is made from, both with their tables."""
    every = words.say("rows")
    lines = [
        (f"{step.table} · {step.column or every}", f"{step.from_table} · {step.from_column or every}") for step in found
    ]
    return pd.DataFrame(lines, columns=[words.say("Column"), words.say("Made from")])


def _sql(viewer: Viewer, about: Metric) -> None:
    st.caption(viewer.words.say("The question first, then the tables that it reads, up to the feeds."))
    for name, sql in provenance.of(about):
        st.caption(f"`{name}`")
        st.code(sql, language="sql", height=TABLE_HEIGHT)


def _checks(viewer: Viewer, about: Metric) -> None:
    found = guarding(viewer, (about.code,))
    lines = [f"{MARKS[outcome]} `{rule.table}` {rule.sentence(viewer.words.language)}" for rule, outcome in found]
    st.markdown("  \n".join(lines))


def _guarded(viewer: Viewer, about: Metric) -> str:
    found = guarding(viewer, (about.code,))
    passed = sum(outcome == "passed" for _, outcome in found)
    return guarded_by(viewer.words, len(found), passed)


def guarded_by(words: Words, checks: int, passed: int) -> str:
    """How many checks guard something, and how many of them passed."""
    return words.say_many(
        "Guarded by {n} check, {passed} passed",
        "Guarded by {n} checks, {passed} passed",
        checks,
        passed=words.number(passed),
    )


def _refresh(viewer: Viewer) -> str:
    when = viewer.words.moment(viewer.published_at, now=datetime.now(UTC))
    return viewer.words.say("Refresh {refresh}, published {when}", refresh=viewer.reader.refresh_id, when=when)


def _restated(viewer: Viewer, about: Metric) -> list[str]:
    """Since when months of a figure that were over are no longer what they were, for whoever sees the whole company."""
    tables = cached.rows(viewer.asker, health.restated_tables)
    behind = tables[tables["table_name"].isin(flow.asked_from()[about.code])]
    if behind.empty:
        return []
    words, newest = viewer.words, behind.loc[behind["refresh_id"].idxmax()]
    of_it = behind[behind["refresh_id"] == newest["refresh_id"]]
    first, last = of_it["from_on"].min(), of_it["until_on"].max()
    months = words.month(first) if first == last else f"{words.month(first)} – {words.month(last)}"
    when = words.moment(newest["published_at"], now=datetime.now(UTC))
    return [words.say("Restated by refresh {n}, {when}: {months}", n=newest["refresh_id"], when=when, months=months)]


def _target(viewer: Viewer, about: Metric) -> str:
    """What the figure should be now, who wants it, since when and why; nothing where nobody has said."""
    wanted = distances.target_for(viewer, Scope(), about.code, viewer.last_day(about.feeds))
    if wanted is None:
        return ""
    words = viewer.words
    value = Readable.of(about.code, Names.of(viewer), viewer.standing.currency).value(wanted.value)
    said = words.say(
        "{value}, set by {owner}, since {day}.",
        value=value,
        owner=words.label(wanted.owner_label),
        day=words.day(wanted.since),
    )
    return words.sentences(said, words.label(wanted.why))


def _in_dictionary(code: str) -> str:
    """The address of the metric's entry, for the same person, language and refresh."""
    kept = {name: value for name, value in st.query_params.items() if name in OF_THE_SESSION}
    return f"{usage.DICTIONARY}?{urlencode({'view': code, **kept})}"


def warnings(viewer: Viewer, codes: Sequence[str]) -> list[str]:
    """The checks that guard one of `codes` and did not pass, as sentences: published all the same, with a warning."""
    return [
        _missed(viewer, rule, row.released_because)
        for row in cached.rows(viewer.asker, state.missed).itertuples()
        if (rule := rules().get((row.gate, row.table_name, row.rule_id))) and set(rule.guards) & set(codes)
    ]


def _missed(viewer: Viewer, rule: Rule, released_because: str | None) -> str:
    sentence = rule.sentence(viewer.words.language)
    if not isinstance(released_because, str):
        return sentence
    return viewer.words.say("{check} (released: {reason})", check=sentence, reason=released_because)


@cache
def rules() -> dict[tuple[str, str, str], Rule]:
    """Every declared rule by gate, table and id."""
    declared = [suite for gate in ("delivery", "figures") for suite in suites(gate).values()]
    return {(rule.gate, rule.table, rule.id): rule for suite in declared for rule in suite.rules}


def stopped_by(viewer: Viewer, feed: str) -> list[str]:
    """The checks that hold a delivery of `feed`, as sentences."""
    held = cached.fresh(viewer.asker, state.held)
    ids = sorted({rule for named in held.loc[held["feed"] == feed, "held_by"] for rule in named})
    return named(viewer.words, feed, ids)


def named(words: Words, feed: str, ids: Sequence[str]) -> list[str]:
    """The checks of these `ids` that hold a delivery of `feed`, as sentences."""
    own = {rule.id: rule for (_, table, _), rule in rules().items() if table == feed}
    known = {rule.id: rule for rule in rules().values() if rule.gate == "figures"} | own
    found = {rule_id: known.get(rule_id.split(".", 1)[-1]) or known.get(rule_id) for rule_id in ids}
    return [rule.sentence(words.language) if rule else rule_id for rule_id, rule in found.items()]


def guarding(viewer: Viewer, codes: Sequence[str]) -> list[tuple[Rule, str]]:
    """The checks that guard one of `codes`, each with its outcome; those that did not pass come first."""
    results = cached.rows(viewer.asker, state.checks)
    keys = zip(results["gate"], results["table_name"], results["rule_id"], strict=True)
    found = [
        (rule, outcome)
        for key, outcome in zip(keys, results["outcome"], strict=True)
        if (rule := rules().get(key)) is not None and set(rule.guards) & set(codes)
    ]
    return sorted(found, key=lambda pair: (pair[1] == "passed", pair[0].table, pair[0].id))
