"""What stands behind a figure: what it means, how it is made, from which refresh, guarded by which checks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import streamlit as st

from checks.rules import Rule, suites
from pages.shared import cached
from pages.shared.viewer import Viewer
from warehouse import metrics as catalogue
from warehouse.queries import provenance, state

MARKS = {"passed": ":material/check_circle:", "failed": ":material/cancel:", "raised": ":material/error:"}


def metric(viewer: Viewer, code: str) -> None:
    """Draw the explanation of one metric, top to bottom, inside whatever is open."""
    words, about = viewer.words, catalogue.metrics()[code]
    say = words.say
    st.markdown(f"**{words.label(about.label)}**")
    st.markdown(words.label(about.meaning))
    parts = {
        say("How to read it"): about.how_to_read,
        say("What not to conclude"): about.not_conclude,
        say("Formula"): about.formula,
    }
    for title, said in parts.items():
        st.markdown(f"**{title}**  \n{words.label(said)}")
    good = {"up": say("up is good"), "down": say("down is good"), "none": say("neither way is good or bad")}[
        about.direction
    ]
    facts = [
        say("unit: {unit}", unit=words.label(about.unit_label)),
        good,
        say("shown from n = {n}", n=about.smallest_base),
        say("owner: {owner}", owner=words.label(about.owner_label)),
        say("source: {source}", source=words.label(about.source_label)),
    ]
    st.caption(" · ".join(facts))
    when = words.moment(viewer.published_at, now=datetime.now(UTC))
    st.caption(
        say("Refresh {refresh}, published {when} · `{code}`", refresh=viewer.reader.refresh_id, when=when, code=code)
    )
    _checks(viewer, code)
    with st.expander(say("How it is made"), icon=":material/code:"):
        for name, sql in provenance.of(about):
            st.caption(name)
            st.code(sql, language="sql")


def warnings(viewer: Viewer, codes: Sequence[str]) -> list[str]:
    """The checks that guard one of `codes` and did not pass, as sentences: published all the same, with a warning."""
    results = cached.rows(viewer.asker, state.checks)
    return [
        _missed(viewer, rule, row.released_because)
        for row in results[results["outcome"] != "passed"].itertuples()
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
    said = {rule.id: rule.sentence(viewer.words.language) for (_, table, _), rule in rules().items() if table == feed}
    return [said.get(rule.split(".", 1)[-1], said.get(rule, rule)) for rule in ids]


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


def _checks(viewer: Viewer, code: str) -> None:
    say, language = viewer.words.say, viewer.words.language
    found = guarding(viewer, (code,))
    passed = sum(outcome == "passed" for _, outcome in found)
    with st.expander(
        say("Guarded by {n} checks, {passed} passed", n=len(found), passed=passed), icon=":material/verified_user:"
    ):
        for rule, outcome in found:
            st.markdown(f"{MARKS[outcome]} `{rule.table}` {rule.sentence(language)}")
