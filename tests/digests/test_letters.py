"""From the warehouse to the mailbox with nothing left out: the real press, a real mail server, a real webhook; and what the letters say."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from pypdf import PdfReader
from sqlalchemy import URL, text
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner, Result

import press as press_module
from pages.shared import alert_words, cached, letters, paper, tiles
from pages.shared.inquiry import Inquiry
from pages.shared.letters import Paragraph
from pages.shared.text import Words
from tests.digests.company import HEAD, UNUSUAL, USUAL, Company, opened
from tests.harness import EXECUTIVE
from warehouse.__main__ import app
from warehouse.commands import digest as commands
from warehouse.digests import post, subscribing
from warehouse.digests.letter import NotNow, Order
from warehouse.digests.post import Told
from warehouse.digests.press import press
from warehouse.metrics import metrics
from warehouse.queries import subscriptions
from warehouse.scope import Scope
from warehouse.settings import Settings
from warehouse.worker import bell

NAME = "Ms Wang Fang"


@pytest.fixture(scope="module")
def company(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with opened(server, template, tmp_path_factory.mktemp("mail")) as made:
        yield made


@pytest.fixture(scope="module")
def sent(company: Company) -> list[Told]:
    """The digests of both people, through the real press and the real server."""
    return company.digests()


def read(letter: EmailMessage) -> tuple[str, str, str]:
    """Text, HTML and the text of the PDF."""
    text_part, html_part = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text_part is not None
    assert html_part is not None
    (attached,) = letter.iter_attachments()
    pages = PdfReader(io.BytesIO(cast("bytes", attached.get_content()))).pages
    return text_part.get_content(), html_part.get_content(), "\n".join(page.extract_text() for page in pages)


def test_each_gets_the_own_part_in_the_own_language(company: Company, sent: list[Told]) -> None:
    assert [(told.person, told.state, told.because) for told in sent] == [
        (HEAD, "sent", None),
        (EXECUTIVE, "sent", None),
    ]
    assert company.box.encrypted == [True, True]
    head, executive = (read(company.mail_to(person)) for person in (HEAD, EXECUTIVE))
    assert "South" not in "".join(head) + company.mail_to(HEAD)["Subject"]
    assert "North two" in head[2]
    assert "South one" in executive[2]
    assert company.mail_to(HEAD)["Subject"].startswith("投诉处理 · North")
    assert company.mail_to(EXECUTIVE)["Subject"].startswith("Complaints · North, South · 3 branches")
    assert "https://figures.example.com/complaints?refresh=1&lang=zh_CN" in head[0]
    assert 'href="https://figures.example.com/complaints?refresh=1&amp;lang=en"' in executive[1]


def test_what_stands_out_comes_first_on_the_paper_too(company: Company, sent: list[Told]) -> None:
    text_part, _, on_paper = read(company.mail_to(EXECUTIVE))
    first = next(line.removeprefix("• ") for line in text_part.splitlines() if line.startswith("• "))
    squeezed, label = "".join(on_paper.split()), "".join(metrics()["complaint.count"].label["en"].split())
    assert squeezed.index("".join(first.split())) < squeezed.index(label, squeezed.index("published"))


def test_the_trail_names_the_figures(company: Company, sent: list[Told]) -> None:
    with company.house.database.loader.begin() as connection:
        found = connection.execute(
            text("select person, detail from access.audit where action = 'digest sent' order by 1")
        ).all()
    assert [row.person for row in found] == [EXECUTIVE, HEAD]
    assert {"complaint.sla_rate", "complaint.resolution"} <= set(found[0].detail["figures"])
    assert found[1].detail["scope"].startswith("North")


def test_the_press_that_dies_or_cannot_draw_a_part_sends_no_half_page(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(HEAD, "my_branch", {}, "en", 1)
    ends = tmp_path / "press.py"
    ends.write_text("raise SystemExit(3)")
    monkeypatch.setattr("warehouse.digests.press.PRESS", ends)
    with press(company.environment) as write, pytest.raises(NotNow, match="ended without an answer"):
        write(order)
    in_house(company, monkeypatch)
    monkeypatch.setattr("warehouse.queries.action_lists.feeds", lambda *_: 1 / 0)
    assert press_module.answer('{"person": "x"}')["failed"].startswith("TypeError")
    failed = press_module.answer(json.dumps(asdict(order)))["failed"]
    assert re.fullmatch(r"NotWhole: \d+ parts of the page failed to load", failed)


def test_what_stops_a_letter_or_a_round_is_logged_by_its_kind(
    company: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        with company.house.database.loader.begin() as connection:
            connection.execute(text("select cast(:name as int)"), {"name": NAME})

    monkeypatch.setattr(press_module, "written", fail)
    failed = press_module.answer(json.dumps(asdict(Order(HEAD, "complaints", {}, "en", 1))))["failed"]
    monkeypatch.setattr(bell, "press", fail)
    bell._rounds(company.house.database)
    assert failed == "DataError 22P02"
    assert len([each for each in caplog.records if each.exc_info and str(each.exc_info[1]) == failed]) == 2
    assert NAME not in caplog.text


def test_a_round_that_fails_stops_no_other(
    company: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> list[Told]:
        raise ValueError(NAME)

    gone = []
    monkeypatch.setattr(bell, "press", lambda: nullcontext(press_module.written))
    monkeypatch.setattr(bell, "ROUNDS", (fail, lambda office, now: gone.append(now) or []))
    monkeypatch.setenv("GATEHOUSE_WEBHOOK_TEAM", company.hook.address)
    bell._rounds(company.house.database)
    assert len(gone) == 1
    assert NAME not in caplog.text


def in_house(company: Company, patch: pytest.MonkeyPatch) -> None:
    """Let the press of this process read this company."""
    cached.everything.clear()
    settings = Settings(home=Path("nowhere"), database_url="loader", reader_url="reader")
    patch.setattr(cached, "engine", lambda: company.house.database.reader)
    patch.setattr(cached, "settings", lambda: settings)
    patch.setenv("GATEHOUSE_ADDRESS", "https://figures.example.com")


def test_a_signal_is_what_the_tile_says_and_of_the_own_part(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    in_house(company, monkeypatch)
    for person, value in ((HEAD, UNUSUAL), (EXECUTIVE, UNUSUAL + USUAL)):
        found = {each.subject: each for each in company.conditions(person) if each.kind == "signal"}
        told = found["order.count"]
        assert told.evidence["value"] == value
        assert (told.evidence["month"], told.evidence["rule"]) == ("2026-03-01", "beyond limits")
        inquiry = asking(person)
        assert 0 < told.evidence["high"] < value
        marked = {code for code in found if unusual(inquiry, code)}
        assert marked == {*found}, "what the tiles say"


def unusual(inquiry: Inquiry, code: str) -> bool:
    said = {"unusual month", "shifted for 8 months", "drifting to the limit"}
    return bool(said & {each.said for each in paper.remarks(tiles.tile(inquiry, code).badges)})


def asking(person: str) -> Inquiry:
    who = press_module._recipient(Order(person, "alerts", {}, "en", 1))
    return Inquiry(viewer=who, scope=Scope(), last_day=who.last_day(["orders"]))


def test_promises_that_are_broken_by_more_than_chance(company: Company) -> None:
    (head,) = (each for each in company.conditions(HEAD) if each.kind == "promise")
    (whole,) = (each for each in company.conditions(EXECUTIVE) if each.kind == "promise")
    assert head.evidence["n"] < whole.evidence["n"]
    assert head.evidence["low"] < head.evidence["value"] < head.evidence["high"] < head.evidence["target"] == 0.9


def test_alerts_say_what_since_when_how_sure_and_where_to_look(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_house(company, monkeypatch)
    before = len(company.box.taken)
    assert {told.state for told in post.watch(company.office(press_module.written), now=company.now)} == {"sent"}
    assert post.watch(company.office(press_module.written), now=company.now) == [], "it was told"
    first, second = company.box.taken[before:]
    said = second.get_body(("plain",))
    assert said is not None
    words = said.get_content()
    assert "Orders: 38 in Mar 2026, beyond usual variation" in words
    assert "Since 2026-03-01 00:00. Usual is" in words
    assert "about once in 370 months" in words
    assert "https://figures.example.com/overview?lang=en" in words
    assert "the target is 90.0%" in words
    assert "compare=target" in words
    assert first["To"] == HEAD
    assert "South" not in first.as_string()


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("over", [None, "2026-04-02T08:00:00+00:00"])
def test_every_kind_of_alert_has_words(
    company: Company, monkeypatch: pytest.MonkeyPatch, lang: str, over: str | None
) -> None:
    in_house(company, monkeypatch)
    who = press_module._recipient(Order(EXECUTIVE, "alerts", {}, lang, 1))
    inquiry = Inquiry(viewer=who, scope=Scope(regions=("north",)), last_day=who.last_day())
    about = {"since": "2026-04-01T08:00:00+00:00", "resolved_at": over}
    for kind, evidence in (
        ("late", {"arrived_at": "2026-03-31T08:00:00+00:00"}),
        ("held", {"checks": ["columns"]}),
        ("undelivered", {"letters": 2}),
    ):
        told = alert_words.told(inquiry, {"kind": kind, "subject": "orders", "evidence": evidence, **about})
        assert told.said
        assert "2026-04-0" in told.more[0]
        assert told.mood == ("bad" if over is None else "good")
        assert ("region=north" in told.link) == (kind != "undelivered")


def test_what_feeds_say_is_text_in_the_letter() -> None:
    hostile = '<script>alert(1)</script> & "x" =HYPERLINK("http://x")'
    made = letters._html(Words("en"), [hostile], [Paragraph(hostile, [hostile])], 'https://x/?a="><script>', hostile)
    assert "<script" not in made
    assert made.count("&lt;script&gt;alert(1)") == 4


def test_a_webhook_is_sent_the_own_part_too(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    in_house(company, monkeypatch)
    office = company.office(press_module.written)
    asked: dict[str, Any] = {"what": "my_branch", "cadence": "refresh", "channel": "team", "lang": "en"}
    subscribing.subscribe(company.house.database, HEAD, address={"branch": ["N1"]}, by="tests", **asked)
    company.hook.status = 500
    assert [(told.state, told.because) for told in post.digests(office, now=company.now, at_once=True)] == [
        ("waiting", "the webhook does not take it (500)")
    ]
    company.hook.status = 200
    company.now += timedelta(minutes=1)
    assert [told.state for told in post.digests(office, now=company.now, at_once=True)] == ["sent"]
    (got,) = company.hook.posted
    assert got["title"].startswith("My branch · North · North one")
    assert [each["filename"] for each in got["attachments"]] == ["gatehouse-my_branch-r1.pdf"]
    assert post.digests(office, now=company.now, at_once=True) == []


def run(company: Company, *words: str, **environment: str) -> Result:
    """`python -m warehouse …` on this company."""
    return CliRunner().invoke(app, words, env={**company.environment, **environment}, catch_exceptions=False)


def test_the_commands_say_who_is_sent_what_and_what_became_of_it(
    company: Company, sent: list[Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_house(company, monkeypatch)
    monkeypatch.setattr(commands, "press", lambda: nullcontext(press_module.written))
    letters_before = len(company.box.taken)
    refused = run(company, "digest", "subscribe", HEAD, "overview", "--region", "south")
    assert (refused.exit_code, "that they may see, and no others" in refused.stderr) == (2, True)
    assert run(company, "digest", "subscribe", HEAD, "data_health", "--every", "refresh").exit_code == 0
    listed = json.loads(run(company, "digest", "list", "--json").stdout)
    (number,) = (each["subscription_id"] for each in listed if each["what"] == "data_health")
    tried = run(company, "digest", "--dry-run", "--now", "--out", str(tmp_path), "--json")
    assert [each["what"] for each in json.loads(tried.stdout)] == ["data_health"]
    assert (tmp_path / f"{number}-data_health.pdf").read_bytes().startswith(b"%PDF")
    assert "North" in (tmp_path / f"{number}-data_health.txt").read_text("utf-8")
    assert len(company.box.taken) == letters_before
    wrong = run(company, "digest", "--now", GATEHOUSE_SMTP_URL="smtp://:s3cret@")
    assert (wrong.exit_code, "s3cret" in wrong.stderr) == (1, False)
    held = run(company, "digest", "--now", "--json", GATEHOUSE_SMTP_URL="smtp+plain://127.0.0.1:9")
    assert (held.exit_code, json.loads(held.stdout)[0]["state"]) == (2, "waiting")
    assert run(company, "digest", "end", HEAD, str(number)).exit_code == 0
    assert run(company, "digest", "end", HEAD, str(number)).exit_code == 2
    assert {each["state"] for each in json.loads(run(company, "digest", "log", "--json").stdout)} >= {"sent", "waiting"}
    so = json.loads(run(company, "alerts", "--dry-run", "--json").stdout)
    assert {"signal", "promise"} <= {each["kind"] for each in so if each["person"] == HEAD}
    assert run(company, "alerts", "--list", "--json").exit_code == 0


def test_people_ask_for_a_page_and_end_it_on_the_page(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    in_house(company, monkeypatch)
    who = press_module._recipient(Order(HEAD, "complaints", {}, "zh_CN", 1))
    app = AppTest.from_function(_card, args=(who,), default_timeout=30).run()
    app.selectbox(key="sent-as").set_value("week")
    app.button(key="FormSubmitter:sent-从现在起发送").click().run()
    (made,) = (each for each in subscriptions.own(who.reader) if each.cadence == "week")
    assert (made.what, made.address, made.lang, made.channel) == ("retention", {"view": ["x"]}, "zh_CN", "mail")
    assert any("留存" in each.value and "每周一早上" in each.value for each in app.markdown)
    app.button(key=f"icon-sent-{made.subscription_id}").click().run()
    assert made.subscription_id not in {each.subscription_id for each in subscriptions.own(who.reader)}
    assert not app.exception


def _card(viewer: object) -> None:
    from pages.shared import sent

    sent.card(viewer, "retention", {"view": ["x"]})


def test_the_worker_rings_for_the_post(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    in_house(company, monkeypatch)
    monkeypatch.setattr(bell, "press", lambda: nullcontext(press_module.written))
    for name in ("GATEHOUSE_SMTP_URL", "GATEHOUSE_MAIL_FROM"):
        monkeypatch.setenv(name, company.environment[name])
    rings = bell.Bell(company.house.database)
    rings.ring()
    assert rings.round is None, "it is not time yet"
    monkeypatch.setattr(bell, "EVERY_SECONDS", 0.0)
    asked: dict[str, Any] = {"what": "data_health", "cadence": "refresh", "channel": "mail", "lang": "en"}
    subscribing.subscribe(company.house.database, EXECUTIVE, address={}, by="tests", **asked)
    with company.house.database.loader.begin() as connection:
        connection.execute(
            text("update published.subscription set subscribed_at = '2026-01-01' where what = 'data_health'")
        )
    before = len(company.box.taken)
    rings.ring()
    assert rings.round is not None
    rings.round.join(60)
    assert [each["To"] for each in company.box.taken[before:] if "Data health" in each["Subject"]] == [EXECUTIVE]
