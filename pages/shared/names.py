"""What codes are called: places and sources by the company's own names, codes of the contract in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from pages.shared import cached
from pages.shared.text import Words
from pages.shared.viewer import Viewer
from warehouse.feeds.contract import feeds
from warehouse.queries import lists


@dataclass(frozen=True)
class Names:
    """Names by dimension and code. A code without a name is shown as it was delivered, made readable."""

    words: Words
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, viewer: Viewer) -> "Names":
        """The names that this person may know."""
        places = viewer.branches
        sources = cached.rows(viewer.asker, lists.sources)
        label = "label_zh" if viewer.words.language == "zh_CN" else "label_en"
        return cls(
            words=viewer.words,
            own={
                "region": dict(zip(places["region_id"], places["region_name"], strict=True)),
                "branch": dict(zip(places["branch_id"], places["branch_name"], strict=True)),
                "source": {row["source_code"]: row[label] for row in sources.to_dict("records") if row[label]},
            },
        )

    def of_code(self, dimension: str, code: object) -> str:
        """The name of one code of `dimension`; "not given" for none."""
        if code is None or code != code or code == "":
            return self.words.say("not given")
        own = self.own.get(dimension, {}).get(str(code))
        return own or _codes(self.words).get(str(code)) or str(code).replace("_", " ").strip().capitalize()

    def dimension(self, dimension: str) -> str:
        """What a dimension is called."""
        return _dimensions(self.words).get(dimension, dimension.replace("_", " ").capitalize())

    def feed(self, feed: str) -> str:
        """What a feed is called; a column of a feed (`leads.collected_at`) by both its names."""
        code, _, column = feed.partition(".")
        called = self.words.label(feeds()[code].label) if code in feeds() else code
        return f"{called} ({column})" if column else called


@cache
def _dimensions(words: Words) -> Mapping[str, str]:
    say = words.say
    return {
        "region": say("Region"),
        "branch": say("Branch"),
        "source": say("Source"),
        "source_group": say("Kind of source"),
        "category": say("Category"),
        "severity": say("Severity"),
        "channel": say("Channel"),
        "method": say("Method"),
        "wave": say("Wave"),
        "question": say("Question"),
        "cause": say("Cause"),
        "clock": say("Clock"),
        "cell": say("Cell"),
        "age": say("Age"),
        "customer_kind": say("Kind of customer"),
        "product_line": say("Product line"),
        "day": say("Day"),
        "week": say("Week"),
        "month": say("Month"),
        "part": say("Part"),
        "value": say("Figure"),
    }


@cache
def _codes(words: Words) -> Mapping[str, str]:
    """Codes of the contract and of our own figures."""
    say = words.say
    return {
        "media": say("Media"),
        "store": say("Store"),
        "outreach": say("Outreach"),
        "referral": say("Referral"),
        "event": say("Event"),
        "online": say("Online"),
        "other": say("Other"),
        "collected": say("Collected"),
        "genuine": say("Genuine"),
        "reached": say("Reached"),
        "invited": say("Invited"),
        "attended": say("Attended"),
        "ordered": say("Ordered"),
        "ordered_again": say("Ordered again"),
        "referred": say("Referred others"),
        "low": say("Low"),
        "normal": say("Normal"),
        "high": say("High"),
        "critical": say("Critical"),
        "phone": say("Phone"),
        "visit": say("Visit"),
        "email": say("E-mail"),
        "web": say("Website"),
        "app": say("App"),
        "wechat": say("WeChat"),
        "on_site": say("On site"),
        "questionnaire": say("Questionnaire"),
        "met": say("Closed in time"),
        "breached_closed": say("Closed late"),
        "breached_open": say("Open and late"),
        "running": say("Open, still in time"),
        "calendar": say("Calendar hours"),
        "working": say("Working hours"),
        "product": say("Product"),
        "service": say("Service"),
        "delivery": say("Delivery"),
        "billing": say("Billing"),
        "staff": say("Staff"),
        "overall": say("Overall"),
        "recommend": say("Would recommend"),
        "repurchase": say("Would buy again"),
        "promotion": say("Promotion"),
        "management": say("Management"),
        "expert": say("Expert"),
        "person": say("Person"),
        "company": say("Company"),
        "distributor": say("Distributor"),
        "passed": say("Passed"),
        "held": say("Held"),
        "failed": say("Failed"),
        "raised": say("Could not be checked"),
        "unchanged": say("Nothing new"),
        "block": say("Blocks"),
        "warn": say("Warns"),
        "info": say("Informs"),
        "figures": say("Figures"),
        "promoter": say("Promoters (9–10)"),
        "passive": say("Passives (7–8)"),
        "detractor": say("Detractors (0–6)"),
        "accepted": say("Accepted"),
        "superseded": say("Superseded"),
        "quarantined": say("Quarantined"),
    }
