"""Letters through a webhook: a chat or any other service that Apprise knows."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from warehouse.digests.letter import Letter, NotNow

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Webhook:
    """A service by its Apprise address (WeCom, DingTalk, Feishu, Slack, Teams, json://…), which is a secret."""

    url: str = field(repr=False)

    @classmethod
    def of(cls, variable: str, url: str) -> "Webhook":
        """ValueError where Apprise knows no such service."""
        try:
            _service(url)
        except ValueError as unknown:
            raise ValueError(f"{variable} is {unknown}") from None
        return cls(url)

    def send(self, letter: Letter, *, to: str, message_id: str, made_at: datetime) -> None:
        """Post the short form, and what is attached where the service takes attachments. Raises NotNow."""
        import apprise
        from apprise.attachment.memory import AttachMemory

        service, attached = _service(self.url), None
        service.socket_connect_timeout = service.socket_read_timeout = PATIENCE_SECONDS
        if letter.attachment is not None and service.attachment_support:
            make = cast("Callable[..., Any]", AttachMemory)
            attached = make(letter.attachment, name=letter.file_name, mimetype="application/pdf")
        body = letter.brief[: service.body_maxlen]
        done = apprise.Apprise(service).notify(body=body, title=letter.subject, attach=attached)
        if not done:
            codes = {code for entry in done.logs() for code in re.findall(r"error=(\d{3})", entry.message)}
            raise NotNow(f"the webhook does not take it ({', '.join(sorted(codes)) or 'no answer'})")


def _service(url: str) -> Any:
    """What Apprise makes of an address; imported when a letter goes there."""
    import apprise

    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        raise ValueError("no address that Apprise knows, such as wecombot://key or slack://…")
    return service
