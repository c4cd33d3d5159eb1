"""The one page for whoever may not, or not yet, come in: sign-in, the demo's chooser, and two ways of being sent away."""

import streamlit as st

from pages.shared.guard import STYLE
from pages.shared.text import Words


def demo_roles(words: Words) -> dict[str, str]:
    """What the made-up company's three people are called."""
    say = words.say
    return {"executive": say("Executive"), "head": say("Branch head"), "steward": say("Data steward")}


def demo_people(words: Words) -> None:
    """The chooser of the made-up company's three people."""
    say, roles = words.say, demo_roles(words)
    people = (
        ("executive", ":material/domain:", roles["executive"], say("Sees the whole company: six regions, every page.")),
        (
            "head",
            ":material/storefront:",
            roles["head"],
            say("Sees one region. Other regions do not exist for this person, on any page."),
        ),
        (
            "steward",
            ":material/fact_check:",
            roles["steward"],
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


def sign_in(words: Words) -> None:
    """The way to the sign-in page of the company's identity provider."""
    _heading(words, words.say("Gatehouse"), words.say("Sign in with your company account to see your figures."))
    st.button(words.say("Sign in"), type="primary", on_click=st.login)


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
