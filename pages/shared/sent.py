"""What the person is sent by mail: this page by a cadence, alerts about what it shows, and the way to end either."""

from collections.abc import Mapping
from contextlib import suppress

import streamlit as st

from pages.shared.address import Parameters
from pages.shared.drill import plain
from pages.shared.guard import guarded
from pages.shared.names import Names, screens
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from warehouse.queries import subscriptions
from warehouse.queries.reader import Refused
from warehouse.queries.subscriptions import ALERTS, MAIL, Cadence, Subscription

PLACES = ("region", "branch")


def card(viewer: Viewer, page: str, address: Parameters) -> None:
    """What is sent, each with a button to end it, and below it what to ask for about the present state of `page`."""
    say = viewer.words.say
    title = say("Sent to you by mail")
    st.markdown(f"**{title}**")
    shelf = st.container()
    with st.form("sent", border=False):
        cadences = _cadences(viewer.words)
        asked = st.selectbox(say("Send me this page"), list(cadences), format_func=cadences.__getitem__, key="sent-as")
        st.caption(say("To {address}: what you may see at that moment, as PDF.", address=plain(viewer.person)))
        if st.form_submit_button(say("Send it from now on"), width="stretch"):
            st.markdown(_asked(viewer, page, address, asked))
    with shelf:
        for each in subscriptions.own(viewer.reader):
            _line(viewer, each)


def _cadences(words: Words) -> Mapping[Cadence, str]:
    say = words.say
    return {
        "day": say("every morning"),
        "week": say("every Monday morning"),
        "month": say("on the first of every month"),
        "refresh": say("with every refresh"),
        "alert": say("only alerts, when there are any"),
    }


def _line(viewer: Viewer, each: Subscription) -> None:
    """What is sent, of which part, and how often; with the button that ends it."""
    say, names = viewer.words.say, Names.of(viewer)
    where = [names.of_code(name, code) for name in PLACES for code in each.address.get(name, ())]
    called = say("Alerts") if each.what == ALERTS else screens(viewer.words).get(each.what, each.what)
    told = [called, *where, *([] if each.what == ALERTS else [_cadences(viewer.words)[each.cadence]])]
    told += [] if each.channel == MAIL else [each.channel]
    line, said = plain(" · ".join(told)), say("Send it no more")
    with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
        st.markdown(line, width="stretch")
        st.button(
            said,
            key=f"icon-sent-{each.subscription_id}",
            icon=":material/unsubscribe:",
            type="tertiary",
            help=f"{said}: {line}",
            on_click=_end,
            args=(viewer, each),
        )


def _asked(viewer: Viewer, page: str, address: Parameters, cadence: Cadence) -> str:
    """Ask for it; the sentence that says what came of it."""
    is_alerts = cadence == "alert"
    kept = {name: values for name, values in address.items() if not is_alerts or name in PLACES}
    try:
        subscriptions.subscribe(
            viewer.reader,
            what=ALERTS if is_alerts else page,
            address=kept,
            cadence=cadence,
            channel=MAIL,
            lang=viewer.words.language,
        )
    except Refused:
        return viewer.words.say("It is not sent: you are sent 50 things already, or may not see all of this any more.")
    return viewer.words.say("You are sent it from now on.")


def _end(viewer: Viewer, each: Subscription) -> None:
    """End it; what another tab has ended is ended."""
    with guarded(viewer.words.say), suppress(Refused):
        subscriptions.unsubscribe(viewer.reader, each.subscription_id)
