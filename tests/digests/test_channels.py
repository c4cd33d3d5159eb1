"""Letters leave through a real SMTP server and a real webhook, and whatever these refuse is said, without a secret in it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.digests import stage
from tests.digests.stage import AT, LETTER, Hook, Postbox
from warehouse.digests import mail
from warehouse.digests.channels import channels
from warehouse.digests.letter import NotNow, Undeliverable

FROM = "Gatehouse <figures@example.com>"
TO, TOKEN = "head@example.com", "0f0f"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Postbox]:
    with stage.mail_server(folder) as box:
        yield box


@pytest.fixture
def box(server: Postbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Postbox:
    """The server as new, its certificate trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
    server.__dict__.update(vars(Postbox(address=server.address)))
    return server


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    with stage.webhook() as made:
        yield made


def send(address: str, to: str = TO) -> None:
    way = channels({"GATEHOUSE_SMTP_URL": address, "GATEHOUSE_MAIL_FROM": FROM})["mail"]
    way.send(LETTER, to=to, message_id=TOKEN, made_at=AT)


def test_a_letter_arrives_encrypted_and_whole(box: Postbox) -> None:
    send(box.address)
    (got,) = box.taken
    assert box.encrypted == [True]
    assert (got["To"], got["From"], got["Subject"]) == (TO, FROM, LETTER.subject)
    assert got["Message-ID"] == f"<{TOKEN}@example.com>"
    assert got["Auto-Submitted"] == "auto-generated"
    text, html = (got.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().split() == LETTER.text.split()
    assert html.get_content().strip() == LETTER.html
    (paper,) = got.iter_attachments()
    assert (paper.get_filename(), paper.get_content_type()) == ("page.pdf", "application/pdf")
    assert paper.get_content() == LETTER.attachment


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        ({"to_recipient": "550 no such user"}, Undeliverable, "refuses the recipient (550)"),
        ({"to_recipient": "450 greylisted"}, NotNow, "refuses the recipient (450)"),
        ({"to_letter": "552 too large"}, Undeliverable, "refuses the letter (552)"),
        ({"to_letter": "451 later"}, NotNow, "refuses the letter (451)"),
    ],
)
def test_what_the_server_refuses(
    box: Postbox, answer: dict[str, str], kind: type[NotNow | Undeliverable], said: str
) -> None:
    box.__dict__.update(answer)
    with pytest.raises(kind) as refused:
        send(box.address)
    assert said in str(refused.value)
    assert box.taken == []


def test_a_refused_login_is_said_without_the_password(box: Postbox) -> None:
    with pytest.raises(NotNow, match="refuses the login"):
        send(box.address.replace("word", "w0rd"))


def test_what_smtp_cannot_say_is_said_without_the_password(box: Postbox) -> None:
    with pytest.raises(NotNow, match="the login holds letters that SMTP cannot say") as refused:
        send(box.address.replace("word", "w%C3%B6rd"))
    assert "ö" not in str(refused.value)
    assert refused.value.__cause__ is None
    with pytest.raises(NotNow, match="the name of the mail server, or an address, holds letters"):
        send("smtp+plain://mail..example.com:25")
    assert box.taken == []


def test_a_wrong_host_a_closed_port_and_a_server_that_does_not_answer(
    box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotNow, match="no mail server of that name"):
        send("smtp://nowhere.invalid:587")
    with pytest.raises(NotNow, match="cannot be reached"):
        send("smtp+plain://127.0.0.1:9")
    monkeypatch.setattr(mail, "PATIENCE_SECONDS", 0.2)
    box.seconds = 0.5
    with pytest.raises(NotNow, match="breaks off, or does not answer in time"):
        send(box.address)


def test_nothing_is_sent_in_the_clear_or_to_whom_nobody_trusts(
    box: Postbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotNow, match="certificate"):
        send(box.address)
    with stage.mail_server(folder, asks_password=False) as plain:
        with pytest.raises(NotNow, match="STARTTLS"):
            send(plain.address.replace("smtp+plain", "smtp"))
        assert plain.taken == []
        send(plain.address)
        assert plain.encrypted == [False]


def test_what_was_taken_is_taken_even_if_the_server_then_hangs_up(box: Postbox, folder: Path) -> None:
    """Of a connection that is lost before the answer nobody knows; the repetition has the same Message-ID."""
    box.hangs_up_after_taking = True
    with pytest.raises(NotNow):
        send(box.address)
    box.hangs_up_after_taking = False
    send(box.address)
    assert [got["Message-ID"] for got in box.taken] == [f"<{TOKEN}@example.com>"] * 2


@pytest.mark.parametrize("to", ["nobody", "a@b\r\nBcc: all@example.com", "@example.com", "a b@example.com>"])
def test_an_address_that_is_none_gets_nothing(box: Postbox, to: str) -> None:
    with pytest.raises(Undeliverable):
        send(box.address, to)
    assert box.taken == []


@pytest.mark.parametrize(
    ("url", "sender", "variable"),
    [
        ("http://user:s3cret@example.com", FROM, "GATEHOUSE_SMTP_URL"),
        ("smtp://:s3cret@", FROM, "GATEHOUSE_SMTP_URL"),
        ("smtp://host:s3cret", FROM, "GATEHOUSE_SMTP_URL"),
        ("smtp+plain://user:s3cret@example.com", FROM, "GATEHOUSE_SMTP_URL"),
        ("smtp://user:s3cret@example.com", "", "GATEHOUSE_MAIL_FROM"),
        ("smtp://user:s3cret@example.com", "Gatehouse", "GATEHOUSE_MAIL_FROM"),
    ],
)
def test_settings_that_cannot_be_are_named_and_keep_their_secret(url: str, sender: str, variable: str) -> None:
    with pytest.raises(ValueError, match=variable) as refused:
        channels({"GATEHOUSE_SMTP_URL": url, "GATEHOUSE_MAIL_FROM": sender})
    assert "s3cret" not in str(refused.value)
    assert "s3cret" not in repr(channels({"GATEHOUSE_SMTP_URL": "smtp://u:s3cret@h", "GATEHOUSE_MAIL_FROM": FROM}))


def test_a_webhook_gets_the_short_form_and_the_paper(hook: Hook) -> None:
    ways = channels({"GATEHOUSE_WEBHOOK_TEAM": hook.address, "GATEHOUSE_WEBHOOK_OTHER": ""})
    assert list(ways) == ["team"]
    ways["team"].send(LETTER, to=TO, message_id=TOKEN, made_at=AT)
    (got,) = hook.posted
    assert (got["title"], got["message"]) == (LETTER.subject, LETTER.brief)
    assert [each["filename"] for each in got["attachments"]] == ["page.pdf"]


def test_what_a_webhook_refuses_is_said_without_its_secret(hook: Hook) -> None:
    way = channels({"GATEHOUSE_WEBHOOK_TEAM": hook.address})["team"]
    hook.status = 500
    with pytest.raises(NotNow, match=re.escape("does not take it (500)")) as refused:
        way.send(LETTER, to=TO, message_id=TOKEN, made_at=AT)
    gone = channels({"GATEHOUSE_WEBHOOK_TEAM": "json://user:s3cret@127.0.0.1:9"})["team"]
    with pytest.raises(NotNow, match="no answer"):
        gone.send(LETTER, to=TO, message_id=TOKEN, made_at=AT)
    with pytest.raises(ValueError, match="GATEHOUSE_WEBHOOK_TEAM") as unknown:
        channels({"GATEHOUSE_WEBHOOK_TEAM": "nothing-s3cret"})
    assert "s3cret" not in f"{refused.value} {unknown.value} {way!r}"
