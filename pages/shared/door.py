"""The one page for whoever may not, or not yet, come in: sign-in, the demo's chooser, and two ways of being sent away."""

from collections.abc import Callable

import streamlit as st

from pages.shared.guard import STYLE
from pages.shared.markup import plain
from pages.shared.text import Words


def roles(words: Words) -> dict[str, str]:
    """What the roles of grants are called."""
    say = words.say
    return {"executive": say("Executive"), "branch_head": say("Branch head"), "data_steward": say("Data steward")}


def demo_roles(words: Words) -> dict[str, str]:
    """What the made-up company's three people are called."""
    return dict(zip(("executive", "head", "steward"), roles(words).values(), strict=True))


def demo_people(words: Words) -> None:
    """The chooser of the made-up company's three people."""
    say, called = words.say, demo_roles(words)
    people = (
        (
            "executive",
            ":material/domain:",
            called["executive"],
            say("Sees the whole company: six regions, every page."),
        ),
        (
            "head",
            ":material/storefront:",
            called["head"],
            say("Sees one region. Other regions do not exist for this person, on any page."),
        ),
        (
            "steward",
            ":material/fact_check:",
            called["steward"],
            say("Sees loads, checks and refused rows, and the company's figures."),
        ),
    )
    _heading(
        words,
        say("Who would you like to be?"),
        say("This is the demo: a made-up company with three people to look through."),
    )
    for column, (name, icon, role, sees) in zip(st.columns(3, gap="medium"), people, strict=True):
        with column.container(border=True, key=f"card-door-{name}"):
            st.markdown(f"#### {icon} {role}")
            st.markdown(sees)
            st.button(
                say("Come in as {role}", role=role),
                key=f"enter-{name}",
                type="primary",
                width="stretch",
                on_click=_enter,
                args=(name,),
            )


def sign_in(words: Words, *, again: bool = False) -> None:
    """The way to the sign-in page of the company's identity provider; `again` after a sign-in that was long ago."""
    told = words.say("Sign in with your company account to see your figures.")
    if again:
        told = words.say("Your sign-in was more than twelve hours ago. Sign in again to see your figures.")
    _heading(words, words.say("Gatehouse"), told)
    st.button(words.say("Sign in"), type="primary", on_click=st.login)


def closed(words: Words) -> None:
    """Where no identity provider is named, so that nobody can sign in."""
    _heading(
        words,
        words.say("Nobody can sign in yet"),
        words.say(
            "No identity provider is set up. Whoever runs this dashboard finds how in its README, under “Running it”."
        ),
    )


def looking_as(words: Words, person: str, *, stop: Callable[[], object]) -> None:
    """The banner of whoever looks as somebody else, on every page, and the way back."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    told = words.say("You look as {person}: with that person's rows, and nothing can be changed.", person=plain(person))
    left.warning(told, icon=":material/visibility:")
    right.button(words.say("Back to your own view"), on_click=stop, width="stretch", key="look-as-oneself")


def unverified(words: Words) -> None:
    """For somebody whose provider has not verified the e-mail address."""
    _sent_away(
        words,
        words.say("Your e-mail address is not verified. Verify it with your identity provider, then sign in again."),
    )


def stranger(words: Words, person: str) -> None:
    """For somebody without a grant in force."""
    _sent_away(
        words,
        words.say(
            "You are signed in, but nobody has granted you anything to see, or the grant has ended. Ask your data steward."
        ),
    )
    st.text(words.say("Signed in as {person}", person=person))


def nothing_published(words: Words) -> None:
    """Before the first refresh has passed its gates."""
    _heading(
        words,
        words.say("Nothing is published yet"),
        words.say("The first refresh has not passed its checks. Ask the data team, or run: python -m warehouse status"),
    )


def _sent_away(words: Words, sentence: str) -> None:
    _heading(words, words.say("There is nothing here for you yet"), sentence)
    if st.user.get("is_logged_in", False):
        st.button(words.say("Sign out"), on_click=st.logout)


def _heading(words: Words, title: str, line: str) -> None:
    st.html(STYLE)
    st.title(title, anchor=False)
    st.markdown(line)


def _enter(name: str) -> None:
    st.session_state["as"] = name
