"""Who is looking: sign-in, language, theme and refresh become one Viewer. Nothing else decides who is looking."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from pages.shared import cached, door, sign_in
from pages.shared.charts.theme import Look, Theme
from pages.shared.deliveries import Deliveries
from pages.shared.text import LANGUAGES, Language, Words, language_of
from warehouse.access.grants import DEMO_PEOPLE
from warehouse.queries import lists, state, visits
from warehouse.queries.reader import Reader, UnknownRefresh
from warehouse.queries.state import Standing

DEMO = {name: person for name, (person, _) in DEMO_PEOPLE.items()}
"""The three people of the made-up company, by the name that stands in the address."""
ALONG = "along"
"""Where the session keeps the parameters that go along from page to page: Streamlit forgets the widgets of the page left."""
CAME, LOOKING_AS = "came", "looking_as"
"""Where the session keeps who has been written down as come, and who looks as whom."""
REFRESH = re.compile(r"[1-9][0-9]{0,17}")
"""How an address names a refresh."""
SIGNED_IN_FOR = timedelta(hours=12)
"""How long a sign-in counts. Streamlit's cookie would count for a month, also for whoever copied it."""


@dataclass(frozen=True)
class Viewer:
    """One person at one click: what the database lets them see, at which refresh, in which language and theme.

    `unknown_refresh` is what the address named as a refresh without there being such a one. `onlooker` is who really
    looks, where that is somebody else.
    """

    person: str
    standing: Standing
    reader: Reader
    published_at: datetime
    words: Words
    theme: Theme
    is_demo: bool = False
    unknown_refresh: str | None = None
    onlooker: str | None = None

    @property
    def asker(self) -> cached.Asker:
        """The identity under which answers are kept."""
        return cached.Asker(effective=(self.standing.branches, self.standing.roles), reader=self.reader)

    @property
    def look(self) -> Look:
        """How charts are drawn for this person."""
        return Look(theme=self.theme, language=self.words.language, say=self.words.say)

    @property
    def signed_in(self) -> str:
        """Who sits before the screen."""
        return self.onlooker or self.person

    @property
    def may_change(self) -> bool:
        """Whether anything can be written: not by whoever looks as somebody else. Postgres says the same."""
        return self.onlooker is None

    @property
    def is_steward(self) -> bool:
        """Whether loads, refused rows and verdicts are this person's to see."""
        return "data_steward" in self.standing.roles

    @property
    def looks_back(self) -> bool:
        """Whether an earlier refresh than the newest is shown."""
        return self.reader.refresh_id != self.standing.refresh_id

    @cached_property
    def branches(self) -> pd.DataFrame:
        """Visible branches: branch_id, branch_name, region_id, region_name and more."""
        return cached.rows(self.asker, lists.branches)

    @cached_property
    def deliveries(self) -> Deliveries:
        """How far each feed's data reach, since when some of it is held, and what is late, as of a quarter of a minute ago."""
        return cached.lately(
            self.asker,
            "deliveries",
            lambda: Deliveries.of(state.freshness(self.reader), zone=self.standing.zone),
        )

    @property
    def held(self) -> Mapping[str, datetime]:
        """Since when a delivery is held, by feed; none where an earlier state is looked at."""
        return {} if self.looks_back else self.deliveries.held

    def late(self, feeds: Collection[str]) -> list[str]:
        """Those of `feeds` (of all, where there are none) that are late now; none where an earlier state is looked at."""
        late = () if self.looks_back else self.deliveries.late
        return [feed for feed in late if not feeds or feed in feeds]

    def last_day(self, feeds: Collection[str] = ()) -> date:
        """The last day to which all of `feeds` reach (without any: the newest record of all), by the reporting zone.

        The day of publishing where no feed says.
        """
        newest = self.deliveries.newest(feeds) or pd.Timestamp(self.published_at)
        return newest.tz_convert(ZoneInfo(self.standing.zone)).date()


def at_the_door() -> Viewer | None:
    """The Viewer, or None after having drawn the one page that says why there is none."""
    words = visitors_words()
    is_demo = _is_demo()
    person = _demo_person(words) if is_demo else _signed_in(words)
    if person is None:
        return None
    _note_once(person, lambda: visits.came(Reader(engine=cached.engine(), person=person), signed_in_at=_signed_in_at()))
    standing = cached.standing(person)
    if not standing.is_known:
        door.stranger(words, person)
        return None
    if standing.refresh_id is None or standing.published_at is None:
        door.nothing_published(words)
        return None
    viewer = Viewer(
        person=person,
        standing=standing,
        reader=Reader(engine=cached.engine(), person=person, refresh_id=standing.refresh_id),
        published_at=standing.published_at,
        words=words,
        theme="dark" if st.context.theme.type == "dark" else "light",
        is_demo=is_demo,
    )
    return _at_asked_refresh(_as_somebody_else(viewer))


def visitors_words() -> Words:
    """How the visitor is spoken to, known or not: the language of the address or the browser, the browser's zone."""
    return Words(language=_language(), zone=_zone())


def of_the_session(name: str) -> str | None:
    """A parameter that goes along from page to page: as its widget says now, else the address, else as on the page before."""
    return st.session_state.get(name) or st.query_params.get(name) or st.session_state.get(ALONG, {}).get(name)


def forget_refresh() -> None:
    """Look at the newest refresh again."""
    st.session_state.get(ALONG, {}).pop("refresh", None)
    st.query_params.pop("refresh", None)


def _is_demo() -> bool:
    """Whether the three made-up people exist: only where the embedded warehouse holds the generated company."""
    return sign_in.wants_demo() and cached.settings().is_embedded and cached.company(DEMO["executive"]) == "demo"


def check(*, has_provider: bool) -> None:
    """Raises ValueError, with the reason, where the dashboard must not start with its setting of GATEHOUSE_SIGN_IN."""
    sign_in.check(
        has_provider=has_provider,
        is_embedded=cached.settings().is_embedded,
        company=partial(cached.company, DEMO["executive"]),
    )


def _demo_person(words: Words) -> str | None:
    """The demo person chosen; None after having drawn the chooser."""
    asked = of_the_session("as")
    if asked not in DEMO:
        door.demo_people(words)
        return None
    return DEMO[asked]


def _signed_in(words: Words) -> str | None:
    """The verified e-mail of whoever is signed in, in small letters; None after having drawn the way in."""
    if not sign_in.is_possible():
        door.closed(words)
        return None
    if not st.user.get("is_logged_in", False):
        door.sign_in(words)
        return None
    signed_in_at = _signed_in_at()
    if signed_in_at is None or datetime.now(UTC) - signed_in_at > SIGNED_IN_FOR:
        door.sign_in(words, again=True)
        return None
    address = str(st.user.get("email") or "").strip()
    if not address or st.user.get("email_verified") is not True:
        _note_once(address, lambda: visits.turned_away(cached.engine(), claimed=address))
        door.unverified(words)
        return None
    return address.lower() if address.isascii() else address


def _signed_in_at() -> datetime | None:
    """When the provider said who this is; None where it did not, as in the demo."""
    said = st.user.get("iat")
    return datetime.fromtimestamp(said, UTC) if type(said) in {int, float} else None


def _note_once(person: str, note: Callable[[], object]) -> None:
    """Write a visit down, once a session and person. What cannot be written down raises, and nobody comes in."""
    if st.session_state.get(CAME) != person:
        note()
        st.session_state[CAME] = person


def _as_somebody_else(viewer: Viewer) -> Viewer:
    """`viewer` with the eyes of whom the session looks as, below the banner that says so; else as it is."""
    who, somebody = st.session_state.get(LOOKING_AS, (None, ""))
    if who != viewer.person:
        return viewer
    standing = cached.standing(somebody, viewer.person)
    if not standing.is_known:
        del st.session_state[LOOKING_AS]
        return viewer
    door.looking_as(viewer.words, somebody, stop=partial(st.session_state.pop, LOOKING_AS, None))
    reader = replace(viewer.reader, person=somebody, onlooker=viewer.person)
    return replace(viewer, person=somebody, onlooker=viewer.person, standing=standing, reader=reader)


def _at_asked_refresh(viewer: Viewer) -> Viewer:
    """`viewer` at the refresh that the address names, if it was ever published. The menu leaves the address empty: then the
    one looked at before."""
    asked = st.query_params.get("refresh") if len(st.query_params) else st.session_state.get(ALONG, {}).get("refresh")
    if asked is None or asked == str(viewer.standing.refresh_id):
        return viewer
    if not REFRESH.fullmatch(asked):
        return replace(viewer, unknown_refresh=asked)
    earlier = int(asked)
    try:
        published = state.published_at(viewer.reader, earlier)
    except UnknownRefresh:
        return replace(viewer, unknown_refresh=asked)
    return replace(viewer, reader=replace(viewer.reader, refresh_id=earlier), published_at=published)


def _language() -> Language:
    asked = of_the_session("lang")
    return asked if asked in LANGUAGES else language_of(st.context.locale)


def _zone() -> ZoneInfo | None:
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except ZoneInfoNotFoundError:
        return None
