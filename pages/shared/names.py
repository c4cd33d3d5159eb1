"""What codes are called: places and sources by the company's own names, codes of the contract in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from pages.shared import cached
from pages.shared.text import Language, Words
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
        """The names that this person may know, gathered once for a refresh."""
        return cached.kept(viewer.asker, ("names", viewer.words), lambda: cls._gathered(viewer))

    @classmethod
    def _gathered(cls, viewer: Viewer) -> "Names":
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
        if dimension == "cohort":
            return self.words.quarter(str(code))
        own = self.own.get(dimension, {}).get(str(code)) or _contract(self.words.language).get(f"{dimension}.{code}")
        own = own or _clock(self.words).get(f"{dimension}.{code}")
        return own or _codes(self.words).get(str(code)) or str(code).replace("_", " ").strip().capitalize()

    def dimension(self, dimension: str) -> str:
        """What a dimension is called."""
        return _dimensions(self.words).get(dimension, dimension.replace("_", " ").capitalize())

    def feed(self, feed: str) -> str:
        """What a feed is called; a column of a feed (`leads.collected_at`) by both its names."""
        code, _, column = feed.partition(".")
        called = self.words.label(feeds()[code].label) if code in feeds() else code
        return f"{called}{self.words.aside(column)}" if column else called


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
        "dimension": say("Side of service"),
        "clock": say("Clock"),
        "cell": say("Cell"),
        "age": say("Age"),
        "cohort": say("Quarter of the first order"),
        "customer_kind": say("Kind of customer"),
        "product_line": say("Product line"),
        "weekday": say("Weekday"),
        "hour": say("Hour of receipt"),
        "series": say("Series"),
        "day": say("Day"),
        "week": say("Week"),
        "month": say("Month"),
        "owner": say("Owner of the lead"),
        "marks": say("Marks of the lead"),
        "model": say("Model"),
        "band": say("Time from receipt to solution"),
        "purpose": say("Purpose of the call"),
        "event_kind": say("Kind of event"),
        "side": say("Side of the skill"),
        "part": say("Part"),
        "value": say("Figure"),
    }


@cache
def weekdays(words: Words) -> tuple[str, ...]:
    """The days of the week, Monday first, short."""
    say = words.say
    return say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun")


@cache
def _clock(words: Words) -> Mapping[str, str]:
    """Weekdays (1 is Monday) and hours, by `dimension.code`."""
    days = {f"weekday.{number}": day for number, day in enumerate(weekdays(words), 1)}
    return days | {f"hour.{hour:02}": f"{hour:02}:00" for hour in range(24)}


@cache
def screens(words: Words) -> Mapping[str, str]:
    """What every screen is called, by the name of its file."""
    say = words.say
    return {
        "overview": say("Overview"),
        "lead_sources": say("Lead sources"),
        "calls_events": say("Calls and events"),
        "segments": say("Segment matrices"),
        "complaints": say("Complaints"),
        "satisfaction": say("Satisfaction"),
        "retention": say("Retention"),
        "my_branch": say("My branch"),
        "data_health": say("Data health"),
        "metrics": say("Metrics"),
    }


@cache
def _contract(language: Language) -> Mapping[str, str]:
    """Chinese words of the closed lists of the contract, by `dimension.code`; in English the codes speak for themselves."""
    if language == "en":
        return {}
    columns = (column for feed in feeds().values() for column in feed.columns)
    return {
        f"{column.name.removesuffix('_code')}.{code}": word
        for column in columns
        for code, word in zip(column.codes, column.codes_zh, strict=True)
    }


@cache
def _codes(words: Words) -> Mapping[str, str]:
    """Codes of our own figures, and those of open lists that the trade uses everywhere."""
    say = words.say
    return {
        "collected": say("Collected"),
        "genuine": say("Genuine"),
        "reached": say("Reached"),
        "invited": say("Invited"),
        "attended": say("Attended"),
        "ordered": say("Ordered"),
        "ordered_again": say("Ordered again"),
        "referred": say("Referred others"),
        "unattributed": say("No lead"),
        "first_touch": say("First touch"),
        "last_touch": say("Last touch"),
        "linear": say("Evenly"),
        "position": say("By position"),
        "first": say("First owner"),
        "second": say("Second owner"),
        "third": say("Third owner or later"),
        "has_knowledge": say("Knows the field"),
        "has_means": say("Can pay"),
        "has_awareness": say("Cares for health"),
        "has_need": say("Has a need"),
        "bought": say("Bought"),
        "satisfied": say("Satisfied"),
        "bought_again": say("Bought again"),
        "0-8 h": say("0–8 h"),
        "8-24 h": say("8–24 h"),
        "1-3 d": say("1–3 d"),
        "3-7 d": say("3–7 d"),
        "over 7 d": say("over 7 d"),
        "screening": say("Screening"),
        "invitation": say("Invitation"),
        "confirmation": say("Confirmation"),
        "reminder": say("Reminder"),
        "thanks": say("Thanks"),
        "follow_up": say("Follow-up"),
        "agreed": say("Agreed"),
        "callback": say("Call back later"),
        "no_answer": say("No answer"),
        "wrong_number": say("Wrong number"),
        "invalid_number": say("Invalid number"),
        "refused": say("Refused"),
        "family_against": say("Family is against it"),
        "no_time": say("No time"),
        "price": say("Price"),
        "not_interested": say("Not interested"),
        "too_far": say("Too far"),
        "doubts_effect": say("Doubts the effect"),
        "has_other": say("Has another product"),
        "contact": say("Making contact"),
        "eliciting": say("Eliciting needs"),
        "informing": say("Informing"),
        "influencing": say("Influencing"),
        "met": say("Closed in time"),
        "breached_closed": say("Closed late"),
        "breached_open": say("Open and late"),
        "running": say("Open, still in time"),
        "overdue": say("Overdue"),
        "within_24h": say("Within 24 h"),
        "within_72h": say("Within 72 h"),
        "later": say("Later"),
        "no_deadline": say("No deadline"),
        "calendar": say("Calendar hours"),
        "working": say("Working hours"),
        "tangibles": say("Tangibles"),
        "reliability": say("Reliability"),
        "responsiveness": say("Responsiveness"),
        "assurance": say("Assurance"),
        "empathy": say("Empathy"),
        "new": say("New"),
        "unknown": say("Unknown"),
        "promoter": say("Promoters (9–10)"),
        "passive": say("Passives (7–8)"),
        "detractor": say("Detractors (0–6)"),
        "accepted": say("Accepted"),
        "superseded": say("Superseded"),
        "quarantined": say("Quarantined"),
        "passed": say("Passed"),
        "held": say("Held"),
        "failed": say("Failed"),
        "raised": say("Could not be checked"),
        "unchanged": say("Nothing new"),
        "block": say("Blocks"),
        "warn": say("Warns"),
        "info": say("Informs"),
        "post_complaint": say("After a complaint"),
        "phone": say("Phone"),
        "visit": say("Visit"),
        "store": say("Store"),
        "online": say("Online"),
        "letter": say("Letter"),
        "email": say("E-mail"),
        "sms": say("Text message"),
        "wechat": say("WeChat"),
        "product": say("Product"),
        "product_quality": say("Product quality"),
        "effect": say("Effect"),
        "service": say("Service"),
        "service_attitude": say("Attitude of staff"),
        "after_sales": say("After sales"),
        "delivery": say("Delivery"),
        "billing": say("Billing"),
        "promotion": say("Promotion"),
        "staff": say("Staff"),
        "overall": say("Overall"),
        "recommend": say("Would recommend"),
        "repurchase": say("Would buy again"),
        "management": say("Management"),
        "expert": say("Expert"),
        "service_below_expectation": say("Service below expectation"),
        "quality_of_work": say("Quality of work"),
        "unprofessional_conduct": say("Unprofessional conduct"),
        "bill_above_estimate": say("Bill above estimate"),
        "wants_more_service": say("Wants more service"),
    }
