"""Letters by SMTP, always encrypted where a password is sent."""

import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

from warehouse.digests.letter import Letter, NotNow, Undeliverable

SMTP_URL, SENDER = "GATEHOUSE_SMTP_URL", "GATEHOUSE_MAIL_FROM"
PATIENCE_SECONDS = 30.0
Way = Literal["starttls", "tls", "plain"]
WAYS: Mapping[str, tuple[Way, int]] = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("plain", 25)}
"""How a scheme is encrypted, and its usual port."""
PERMANENT = 500
"""SMTP answers from here on mean: never, so do not try again."""
NOT_REACHED: Mapping[type[OSError], str] = {
    smtplib.SMTPAuthenticationError: "the mail server refuses the login",
    smtplib.SMTPNotSupportedError: "the mail server lacks what is asked of it: STARTTLS, a login, or addresses in other scripts",
    socket.gaierror: "there is no mail server of that name",
    ssl.SSLCertVerificationError: "the certificate of the mail server is not to be trusted",
    smtplib.SMTPServerDisconnected: "the mail server breaks off, or does not answer in time",
    TimeoutError: "the mail server does not answer in time",
}


@dataclass(frozen=True)
class Mail:
    """One SMTP server. `smtp://` means STARTTLS or nothing, `smtps://` TLS from the first byte, `smtp+plain://` neither."""

    host: str
    port: int
    way: Way
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Mail":
        """From GATEHOUSE_SMTP_URL and GATEHOUSE_MAIL_FROM. ValueError for what cannot be, quoting no password."""
        sender = environment.get(SENDER, "")
        if "@" not in parseaddr(sender)[1]:
            raise ValueError(f"{SENDER} is the address that letters come from, such as Gatehouse <figures@example.com>")
        try:
            said = urlsplit(environment[SMTP_URL])
            way, port = WAYS[said.scheme]
            made = cls(
                host=said.hostname or "",
                port=said.port or port,
                way=way,
                sender=sender,
                user=unquote(said.username or ""),
                password=unquote(said.password or ""),
            )
        except (KeyError, ValueError):
            made = None
        if made is None or not made.host or (made.way == "plain" and made.password):
            raise ValueError(
                f"{SMTP_URL} is smtp://user:password@host:587 (STARTTLS), smtps://…:465 (TLS), or smtp+plain://host:25 for a"
                " relay that wants neither password nor encryption"
            )
        return made

    def send(self, letter: Letter, *, to: str, message_id: str, made_at: datetime) -> None:
        """Hand a letter to the server. Raises NotNow or Undeliverable."""
        message = _message(letter, sender=self.sender, to=to, message_id=message_id, made_at=made_at)
        try:
            server = self._connected()
            try:
                server.send_message(message)
            finally:
                with suppress(OSError):  # once the letter is taken, how the server says goodbye changes nothing
                    server.quit()
        except OSError as error:
            raise _refusal(error) from None
        except UnicodeError:
            raise NotNow("the name of the mail server, or an address, holds letters that SMTP cannot say") from None

    def _connected(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self.way == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE_SECONDS, context=trusted)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE_SECONDS)
        try:
            if self.way == "starttls":
                server.starttls(context=trusted)
            if self.user:
                self._log_in(server)
        except (OSError, UnicodeError, NotNow):
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self.user, self.password)
        except UnicodeError:  # quotes the password
            raise NotNow("the login holds letters that SMTP cannot say") from None


def _message(letter: Letter, *, sender: str, to: str, message_id: str, made_at: datetime) -> EmailMessage:
    """The letter as mail: text, the same as HTML, and what is attached. Raises Undeliverable for an address that is none."""
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=to)
    except (ValueError, IndexError, MessageError) as error:
        raise Undeliverable("the address of the recipient is none that mail can go to") from error
    message["From"] = sender
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(made_at)
    message["Message-ID"] = f"<{message_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if letter.attachment is not None:
        message.add_attachment(letter.attachment, maintype="application", subtype="pdf", filename=letter.file_name)
    return message


def _refusal(error: OSError) -> NotNow | Undeliverable:
    """What a mail server refused, or did not answer; never in its own words, which may quote the letter."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(answer for answer, _ in error.recipients.values())
        return _kind(code)(f"the mail server refuses the recipient ({code})")
    if isinstance(error, smtplib.SMTPDataError):
        return _kind(error.smtp_code)(f"the mail server refuses the letter ({error.smtp_code})")
    said = next((said for kind, said in NOT_REACHED.items() if isinstance(error, kind)), "")
    return NotNow(said or f"the mail server cannot be reached ({type(error).__name__})")


def _kind(code: int) -> type[NotNow | Undeliverable]:
    return Undeliverable if code >= PERMANENT else NotNow
