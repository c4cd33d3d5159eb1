"""Satisfaction: who was asked, who answered, and what. Everybody asked has an opinion; only answers are delivered."""

from dataclasses import dataclass

import numpy as np

from warehouse.feeds.demo.calendar import day_of
from warehouse.feeds.demo.columns import (
    DAY,
    FOREVER,
    HOUR,
    NONE,
    Bools,
    Column,
    Floats,
    Instant,
    Ints,
    Key,
    Table,
    Whole,
    Word,
)
from warehouse.feeds.demo.complaints import COMPLAINT, Complaints
from warehouse.feeds.demo.customers import Customers, number_or_nothing
from warehouse.feeds.demo.frame import Frame, branch_column
from warehouse.feeds.demo.leads import CUSTOMER

INVITE = Key("V")
ALWAYS = ("overall", "product", "service", "recommend", "repurchase")
SOMETIMES = ("promotion", "management", "staff", "expert")
DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
PAIRS = tuple(
    f"{side}.{dimension}.{item}"
    for dimension in DIMENSIONS
    for item in (1, 2)
    for side in ("expectation", "perception")
)
QUESTIONS = Word((*ALWAYS, *SOMETIMES, *PAIRS))
# How much more is expected than perceived of each dimension, in points of five.
GAPS = dict(zip(DIMENSIONS, (-0.05, 0.55, 0.75, 0.2, 0.35), strict=True))
COMMENTS = Word(
    (
        "服务很好，会推荐给邻居",
        "总体满意，希望多办活动",
        "价格偏高",
        "专家讲解很清楚",
        "送货太慢",
        "电话太多，有点打扰",
        "产品一般，效果不明显",
        "投诉之后没有人跟进",
        "店员热情，环境干净",
        '说是"三天回复"，等了十天',
    )
)
REMEMBERED = 180 * DAY  # how long a complaint weighs on the opinion


@dataclass(frozen=True)
class Surveys:
    """One entry an invitation, in order of sending. `opinion` is what all answers follow, in standard deviations.

    `complained`: the customer did so, whether that brought the invitation or not, within the time it weighs on the opinion.
    """

    customer: Ints
    complaint: Ints
    branch: Ints
    method: Ints
    sent: Ints
    answered: Ints
    complained: Bools
    opinion: Floats
    overall: Ints

    def __len__(self) -> int:
        """How many invitations."""
        return len(self.customer)


def make_surveys(frame: Frame, rng: np.random.Generator, customers: Customers, complaints: Complaints) -> Surveys:
    """Invitations of one chunk: a tenth of the active customers a month, and after complaints."""
    customer, complaint, at = _asked(frame, rng, customers, complaints)
    count = len(customer)
    branch = customers.branch[customer]
    method = frame.methods.draw(rng, count)
    after_complaint = complaint >= 0
    method = np.where(after_complaint & (method > 1), 0, method)
    sent = frame.clock.after(frame.branches.region[branch], at, rng.integers(60, 7 * HOUR, count))
    latest = _latest(complaints, customer, sent)
    opinion = 0.9 * customers.mood[customer] + rng.normal(0, 0.55, count) + _memory(frame, complaints, latest, sent)
    overall = _scored(opinion, frame.base["satisfaction_cuts"]) + 1
    likely = frame.methods["answered"][method]
    silent = (frame.branches.region[branch] == frame.biased_region) & (latest >= 0)
    likely = likely * np.where(silent, frame.effects.survey_bias.answer_factor, 1.0)
    answers = rng.random(count) < likely
    wait = np.where(method == 3, 600.0, np.minimum(np.exp(rng.normal(0.3, 1.0, count)), 25) * DAY)
    return Surveys(
        customer=customer,
        complaint=complaint,
        branch=branch,
        method=method,
        sent=sent,
        answered=np.where(answers, sent + 120 + wait.astype(np.int64), FOREVER),
        complained=latest >= 0,
        opinion=opinion,
        overall=overall,
    )


def _asked(
    frame: Frame, rng: np.random.Generator, customers: Customers, complaints: Complaints
) -> tuple[Ints, Ints, Ints]:
    months = (customers.active_until - customers.active_from) / 30.4
    regular = np.repeat(np.arange(len(customers)), rng.poisson(months * frame.base["asked_a_month"]))
    span = (customers.active_until - customers.active_from)[regular]
    day = customers.active_from[regular] + (rng.random(len(regular)) * span).astype(np.int64)
    resolved = complaints.last_resolved
    followed = (complaints.customer >= 0) & (resolved < frame.horizon * DAY) & (rng.random(len(complaints)) < 0.6)
    handled = np.flatnonzero(followed)
    customer = np.concatenate([regular, complaints.customer[handled]])
    complaint = np.concatenate([np.full(len(regular), NONE), handled])
    at = np.concatenate([day * DAY, resolved[handled] + 2 * DAY])
    order = np.argsort(at, kind="stable")
    return customer[order], complaint[order], at[order]


def _latest(complaints: Complaints, customer: Ints, sent: Ints) -> Ints:
    """The customer's latest complaint before each survey, as far as it is remembered; nothing where there is none."""
    if not len(complaints):
        return np.full(len(customer), NONE)
    order = np.lexsort((complaints.opened, complaints.customer))
    keys = complaints.customer[order] * FOREVER + complaints.opened[order]
    position = np.searchsorted(keys, customer * FOREVER + sent) - 1
    latest = order[np.maximum(position, 0)]
    remembered = (position >= 0) & (complaints.customer[latest] == customer)
    remembered &= sent - complaints.opened[latest] < REMEMBERED
    return np.where(remembered, latest, NONE)


def _memory(frame: Frame, complaints: Complaints, latest: Ints, sent: Ints) -> Floats:
    """What the latest complaint takes from the opinion; 0 without one."""
    if not len(complaints):
        return np.zeros(len(sent))
    hours = np.minimum(complaints.hours[latest], (sent - complaints.opened[latest]) / HOUR)
    doublings = np.log2(np.clip(hours / 12, 1, 64))
    lost = frame.base["points_of_a_complaint"] + frame.effects.satisfaction.points_per_doubling * doublings
    return np.where(latest >= 0, lost, 0.0)


def _scored(opinion: Floats, cuts: list[float]) -> Ints:
    return np.searchsorted(cuts, opinion, side="right").astype(np.int64)


def survey_table(frame: Frame, surveys: Surveys, *, start: int) -> Table:
    """The feed `surveys`; `start` numbers customers, complaints and invitations alike."""
    first = day_of(frame.first)
    month = (surveys.sent // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    base = (first.year - 1970) * 12 + first.month - 1
    waves = tuple(f"{(base + n) // 12 + 1970}-{(base + n) % 12 + 1:02d}" for n in range(12 * (frame.base["years"] + 3)))
    wave = np.where(surveys.complaint >= 0, len(waves), np.clip(month - base, 0, len(waves) - 1))
    return Table(
        "surveys",
        surveys.sent,
        {
            "invite_id": Column(INVITE, start + np.arange(len(surveys))),
            "branch_id": branch_column(surveys.branch),
            "method_code": Column(frame.methods.word, surveys.method),
            "sent_at": Column(Instant(), surveys.sent),
            "wave_code": Column(Word((*waves, "post_complaint")), wave),
            "customer_id": Column(CUSTOMER, start + surveys.customer),
            "complaint_id": Column(COMPLAINT, number_or_nothing(surveys.complaint, start)),
            "answered_at": Column(Instant(), surveys.answered, since=surveys.answered),
        },
    )


def answer_table(
    frame: Frame, rng: np.random.Generator, surveys: Surveys, customers: Customers, *, start: int
) -> Table:
    """The feed `survey_answers`: five questions each, four more at times, the SERVQUAL pairs in some questionnaires."""
    there = np.flatnonzero(surveys.answered < FOREVER)
    chance = rng.random(len(there))
    more = there[chance < 0.22]
    paired = there[(surveys.method[there] == 2) & (chance > 0.6) & (surveys.complaint[there] < 0)]
    parts = [(question, there, _answer(frame, rng, surveys, customers, question, there)) for question in ALWAYS]
    parts += [(question, more, _answer(frame, rng, surveys, customers, question, more)) for question in SOMETIMES]
    parts += [(question, paired, _pair(rng, surveys, question, paired)) for question in PAIRS]
    invite = np.concatenate([who for _, who, _ in parts])
    question = np.concatenate([np.full(len(who), QUESTIONS.words.index(name)) for name, who, _ in parts])
    score = np.concatenate([score for _, _, score in parts])
    low = np.where(question == ALWAYS.index("recommend"), 0, 1)
    high = np.where(question == ALWAYS.index("recommend"), 10, 5)
    ten = (surveys.method[invite] == 1) & (question == 0)  # online asks `overall` on ten steps, two for each of five
    score = np.where(ten, 2 * score - (invite % 2), score)
    comments = (question == 0) & (rng.random(len(invite)) < 0.12)
    return Table(
        "survey_answers",
        surveys.answered[invite],
        {
            "invite_id": Column(INVITE, start + invite),
            "question_code": Column(QUESTIONS, question),
            "score": Column(Whole(), score),
            "scale_min": Column(Whole(), low),
            "scale_max": Column(Whole(), np.where(ten, 10, high)),
            "comment": Column(COMMENTS, np.where(comments, rng.integers(0, len(COMMENTS.words), len(invite)), NONE)),
        },
    )


def _answer(
    frame: Frame, rng: np.random.Generator, surveys: Surveys, customers: Customers, question: str, who: Ints
) -> Ints:
    customer = surveys.customer[who]
    noise = rng.normal(0, 0.45, len(who))
    if question == "overall":
        return surveys.overall[who]
    if question == "recommend":
        return _scored(surveys.opinion[who] + noise, frame.base["recommend_cuts"])
    own = {"product": customers.product[customer], "service": customers.service[customer]}.get(question)
    towards = surveys.opinion[who] * 0.8 if own is None else own * 0.6 + surveys.opinion[who] * 0.4
    return _scored(towards + noise, frame.base["satisfaction_cuts"]) + 1


def _pair(rng: np.random.Generator, surveys: Surveys, question: str, who: Ints) -> Ints:
    side, dimension, _ = question.split(".")
    centre = 4.35 if side == "expectation" else 4.25 - GAPS[dimension] + 0.35 * surveys.opinion[who]
    return np.clip(np.round(centre + rng.normal(0, 0.6, len(who))), 1, 5).astype(np.int64)
