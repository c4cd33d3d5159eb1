"""The ways out of the house, by name, as the environment sets them up. Nothing else here sends anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from warehouse.digests.letter import Letter
from warehouse.digests.mail import SMTP_URL, Mail
from warehouse.digests.webhook import Webhook
from warehouse.queries.subscriptions import MAIL

WEBHOOK = "GATEHOUSE_WEBHOOK_"


class Channel(Protocol):
    """A way out. `send` raises NotNow or Undeliverable, in words that hold neither secrets nor figures."""

    def send(self, letter: Letter, *, to: str, message_id: str, made_at: datetime) -> None:
        """Hand a letter over; once this returns, it has been taken."""


def channels(environment: Mapping[str, str]) -> dict[str, Channel]:
    """Every channel that is set up: `mail`, and webhooks by the rest of their variable's name in small letters.

    ValueError, naming the variable and quoting no secret, for one that cannot be.
    """
    found: dict[str, Channel] = {}
    if environment.get(SMTP_URL):
        found[MAIL] = Mail.of(environment)
    for name, url in environment.items():
        if name.startswith(WEBHOOK) and url:
            found[name.removeprefix(WEBHOOK).lower()] = Webhook.of(name, url)
    return found
