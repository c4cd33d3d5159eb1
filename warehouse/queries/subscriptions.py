"""What people have asked to be sent: a page by its cadence, or alerts. Read and written as one person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from warehouse.queries.reader import Reader

Cadence = Literal["refresh", "day", "week", "month", "alert"]
Lang = Literal["en", "zh_CN"]
ALERTS = "alerts"
"""What is sent when there is something to warn of, in place of a page."""
MAIL = "mail"
"""The channel that everybody has: to the address that the person signs in with."""


@dataclass(frozen=True)
class Subscription:
    """`what` is the name of a page, or `alerts`; `address` is that of the page, with its regions, branches and filters."""

    subscription_id: int
    what: str
    address: Mapping[str, Sequence[str]]
    cadence: Cadence
    channel: str
    lang: Lang
    subscribed_at: datetime


def own(reader: Reader) -> list[Subscription]:
    """What the person is sent, in the order of asking. Never kept: what was just asked for is there."""
    return [
        Subscription(**{str(name): value for name, value in row.items()})
        for row in reader.frame("subscriptions/own").to_dict("records")
    ]


def subscribe(
    reader: Reader, *, what: str, address: Mapping[str, Sequence[str]], cadence: Cadence, channel: str, lang: Lang
) -> int:
    """Ask to be sent something, or with another cadence or language than before; its number.

    Raises Refused where no grant is in force, for places that the person may not see, and for what there is not.
    """
    written = json.dumps({name: list(values) for name, values in address.items()}, ensure_ascii=False)
    asked = {"what": what, "address": written, "cadence": cadence, "channel": channel, "lang": lang}
    return int(reader.call("subscriptions/subscribe", **asked)["subscription_id"].iloc[0])


def unsubscribe(reader: Reader, subscription_id: int) -> None:
    """End a subscription of the person's own. Raises Refused where none of this number runs."""
    reader.call("subscriptions/unsubscribe", subscription_id=subscription_id)
