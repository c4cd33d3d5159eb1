"""The sidebar, once for every page, and the address that says the same: Scope out, parameters in and out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from pages.shared import address, cached, door, looking_as
from pages.shared import views as named
from pages.shared.address import PRESETS, Choices, Preset, Problem, State
from pages.shared.markup import plain
from pages.shared.names import Names
from pages.shared.text import LANGUAGES
from pages.shared.viewer import ALONG, DEMO, Viewer, of_the_session
from warehouse.metrics import metrics
from warehouse.queries import company
from warehouse.scope import Scope

FREE = "free"


@dataclass(frozen=True)
class Asked:
    """What the sidebar and the address ask a page for, and what in the address meant nothing.

    `choices` is what the page can be narrowed to; None where it has no scope.
    """

    scope: Scope
    last_day: date
    view: str
    problems: Sequence[Problem]
    choices: Choices | None = None
    page: str = ""


def sidebar(
    viewer: Viewer,
    page: str,
    *,
    counting: str | None = None,
    narrowed_by: Sequence[str] = (),
    views: Sequence[str] = (),
    is_scoped: bool = True,
    is_timed: bool = True,
) -> Asked:
    """Draw the sidebar. `counting` is what the page is about: its feeds say which day is the last.

    `narrowed_by` are the page's own filters, with what `counting` counts as options; `views` its tabs.

    A page that is not scoped has no region, branch and period, one that is not timed no period: it shows what is now. What
    was chosen elsewhere is kept for the way back.
    """
    names = Names.of(viewer)
    choices = _choices(viewer, counting, narrowed_by, views)
    named.follow(page, _of_the_session(viewer))
    problems = [*_take_in_address(page, choices), *_unknown_refresh(viewer)]
    with st.sidebar:
        shelf = st.container()
        if is_scoped:
            _places(viewer, names, choices)
        if is_scoped and is_timed:
            _time(viewer, choices)
        for name in choices.filters:
            _choose_many(
                viewer.words.say("All"),
                names.dimension(name),
                name,
                choices.filters[name],
                lambda code, of=name: names.of_code(of, code),
            )
        _person_and_language(viewer)
    state = _chosen(choices)
    with shelf:
        if viewer.may_change:
            named.popover(viewer, page, address.parameters_of(state, choices))
    _write_address(viewer, state, choices)
    scope = _comparable(viewer, state.scope(choices.last_day))
    return Asked(
        scope=scope if is_timed else replace(scope, period=None, comparison="none"),
        last_day=choices.last_day,
        view=state.view,
        problems=problems,
        choices=choices if is_scoped and is_timed else None,
        page=page,
    )


def view_switch(options: Mapping[str, str], label: str) -> None:
    """The page's own switch between views; the choice was already read when the sidebar was drawn."""
    st.segmented_control(
        label,
        list(options),
        format_func=lambda name: options[name],
        key="view",
        label_visibility="collapsed",
        required=True,
        wrap=True,
    )


def _choices(viewer: Viewer, counting: str | None, narrowed_by: Sequence[str], views: Sequence[str]) -> Choices:
    """What the page can be narrowed to, made once for this person and refresh."""
    last_day = viewer.last_day(metrics()[counting].feeds if counting else ())

    def make() -> Choices:
        branches: dict[str, list[str]] = {}
        for row in viewer.branches.itertuples():
            branches.setdefault(str(row.region_id), []).append(str(row.branch_id))
        filters = {name: _options(viewer, counting, name) for name in narrowed_by} if counting else {}
        filters = {name: options for name, options in filters.items() if len(options) > 1}
        return Choices(last_day=last_day, branches=branches, filters=filters, views=views)

    return cached.kept(viewer.asker, ("choices", counting, tuple(narrowed_by), tuple(views), last_day), make)


def _options(viewer: Viewer, counting: str, name: str) -> list[str]:
    """The codes that `counting` counts by `name`; where it cannot be told by that, those of the first figure that can."""
    able = [code for code in (counting, *metrics()) if name in metrics()[code].dims]
    counted = cached.figure(viewer.asker, able[0], Scope(), (name,)).rows
    return [str(code) for code in counted[name].dropna()] if name in counted else []


def _take_in_address(page: str, choices: Choices) -> list[Problem]:
    """Bring a new address into the widgets; coming through the menu, bring along what was chosen before."""
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    moved = st.session_state.get("page") != page
    st.session_state["page"] = page
    says_something = bool(set(now) - address.OF_THE_SESSION)
    if moved and not says_something and "kept" in st.session_state:
        state, _ = address.parse(st.session_state["kept"], choices)
        _into_widgets(state, choices)
        return []
    if not moved and now == st.session_state.get("address"):
        return []
    state, problems = address.parse(now, choices)
    _into_widgets(state, choices)
    return problems


def _unknown_refresh(viewer: Viewer) -> list[Problem]:
    asked = viewer.unknown_refresh
    return [] if asked is None else [Problem(parameter="refresh", value=asked)]


def _into_widgets(state: State, choices: Choices) -> None:
    st.session_state["region"] = list(state.regions)
    st.session_state["branch"] = list(state.branches)
    st.session_state["compare"] = state.comparison
    if isinstance(state.period, str):
        st.session_state["period"] = state.period
    else:
        st.session_state["period"], st.session_state["days"] = FREE, state.period
    if choices.views:
        st.session_state["view"] = state.view
    for name in choices.filters:
        st.session_state[name] = list(state.filters.get(name, ()))


def _chosen(choices: Choices) -> State:
    """What the widgets say now."""
    chosen = st.session_state
    period: Preset | tuple[date, date] = (
        chosen["period"] if chosen["period"] in PRESETS else _free_days(choices.last_day)
    )
    return State(
        regions=tuple(chosen.get("region", ())),
        branches=tuple(chosen.get("branch", ())),
        period=period,
        comparison=chosen["compare"],
        filters={name: tuple(chosen[name]) for name in choices.filters if chosen.get(name)},
        view=chosen.get("view") or choices.views[0] if choices.views else "",
    )


def _free_days(last_day: date) -> tuple[date, date]:
    """The two days picked; while the second is still to come, the first alone."""
    days = tuple(st.session_state.get("days") or ())
    return (days[0], days[-1]) if days else (last_day.replace(day=1), last_day)


def _comparable(viewer: Viewer, scope: Scope) -> Scope:
    """`scope`, held against nothing where it would be the whole company against itself."""
    if scope.comparison != "company" or scope.regions or scope.branches or not _sees_all(viewer):
        return scope
    return replace(scope, comparison="none")


def _sees_all(viewer: Viewer) -> bool:
    return cached.kept(viewer.asker, "sees_all", lambda: company.sees_all(viewer.reader))


def _of_the_session(viewer: Viewer) -> dict[str, str]:
    """The parameters of the address that go along from page to page: language, demo person, an earlier refresh."""
    session = {
        "lang": of_the_session("lang"),
        "as": next((name for name, person in DEMO.items() if person == viewer.signed_in), None)
        if viewer.is_demo
        else None,
        "refresh": str(viewer.reader.refresh_id) if viewer.looks_back else None,
    }
    return {name: value for name, value in session.items() if value}


def _write_address(viewer: Viewer, state: State, choices: Choices) -> None:
    kept, session = address.parameters_of(state, choices), _of_the_session(viewer)
    parameters = {**kept, **{name: [value] for name, value in session.items()}}
    if {name: st.query_params.get_all(name) for name in st.query_params} != parameters:
        st.query_params.from_dict(parameters)
    st.session_state["kept"], st.session_state["address"], st.session_state[ALONG] = kept, parameters, session


def _places(viewer: Viewer, names: Names, choices: Choices) -> None:
    say = viewer.words.say
    if len(choices.branches) > 1:
        _choose_many(
            say("All regions"),
            say("Region"),
            "region",
            list(choices.branches),
            lambda code: names.of_code("region", code),
        )
    offered = choices.branches_of(st.session_state.get("region", ()))
    st.session_state["branch"] = [branch for branch in st.session_state.get("branch", ()) if branch in offered]
    if len(offered) > 1:
        _choose_many(say("All branches"), say("Branch"), "branch", offered, lambda code: names.of_code("branch", code))


def _time(viewer: Viewer, choices: Choices) -> None:
    say = viewer.words.say
    periods = {
        "30d": say("Last 30 days"),
        "90d": say("Last 90 days"),
        "12m": say("Last 12 months"),
        "ytd": say("This year"),
        "24m": say("Last 24 months"),
        "all": say("All time"),
        FREE: say("From … to …"),
    }
    st.selectbox(say("Period"), list(periods), format_func=lambda name: periods[name], key="period")
    if st.session_state["period"] == FREE:
        st.session_state.setdefault("days", (choices.last_day.replace(day=1), choices.last_day))
        st.date_input(say("Days"), key="days", format="YYYY-MM-DD")
    comparisons = {
        "before": say("The period before"),
        "year": say("The same period a year before"),
        "target": say("Targets"),
        "company": say("The whole company"),
        "none": say("Nothing"),
    }
    st.selectbox(say("Compared with"), list(comparisons), format_func=lambda name: comparisons[name], key="compare")
    if st.session_state["compare"] == "company" and not _is_narrowed() and _sees_all(viewer):
        st.caption(say("Choose a region or a branch to hold it against the whole company."))


def _person_and_language(viewer: Viewer) -> None:
    say = viewer.words.say
    st.space("small")
    # Both are told to their widgets at every run: the widgets of a page come to through the menu begin with their first option.
    if viewer.is_demo:
        people = door.demo_roles(viewer.words)
        st.session_state["as"] = next(name for name, person in DEMO.items() if person == viewer.signed_in)
        st.selectbox(say("Demo person"), list(people), format_func=lambda name: people[name], key="as")
    st.session_state["lang"] = viewer.words.language
    st.segmented_control(
        say("Language"),
        list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code],
        key="lang",
        required=True,
        width="stretch",
    )
    looking_as.chooser(viewer)
    if not viewer.is_demo:
        st.caption(say("Signed in as {person}", person=plain(viewer.signed_in)))
        st.button(say("Sign out"), on_click=st.logout, width="stretch")


def _is_narrowed() -> bool:
    return bool(st.session_state.get("region") or st.session_state.get("branch"))


def _choose_many(
    nothing_chosen: str, label: str, name: str, options: Sequence[str], called: Callable[[str], str]
) -> None:
    st.session_state[name] = [code for code in st.session_state.get(name, ()) if code in options]
    st.multiselect(label, list(options), key=name, format_func=called, placeholder=nothing_chosen)
