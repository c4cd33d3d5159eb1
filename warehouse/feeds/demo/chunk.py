"""One chunk of the company: some customers, the leads around them, and all their rows in every feed."""

from dataclasses import dataclass

from warehouse.feeds.demo import complaints as complaint_feeds
from warehouse.feeds.demo import customers as customer_feeds
from warehouse.feeds.demo import leads as lead_feeds
from warehouse.feeds.demo import surveys as survey_feeds
from warehouse.feeds.demo.columns import Key, Table, numbered, stacked
from warehouse.feeds.demo.complaints import Complaints
from warehouse.feeds.demo.customers import Customers, Orders
from warehouse.feeds.demo.frame import Frame
from warehouse.feeds.demo.leads import Leads
from warehouse.feeds.demo.surveys import Surveys

ROOM = 1_000_000  # numbers kept for each chunk, so that no two chunks share an identifier
CONTACT = Key("T")


@dataclass(frozen=True)
class Chunk:
    """What happened to some customers, as arrays and as rows of the feeds."""

    leads: Leads
    customers: Customers
    orders: Orders
    complaints: Complaints
    surveys: Surveys
    tables: tuple[Table, ...]


def make_chunk(frame: Frame, number: int) -> Chunk:
    """Chunk `number`, counted from 0; the same whichever chunks were made before."""
    size = frame.chunk_size(number)
    start = (number + 1) * ROOM
    rng = frame.rng(1, number)
    leads = lead_feeds.make_leads(frame, rng, frame.leads_expected(size))
    customers = customer_feeds.make_customers(frame, rng, leads, size)
    orders = customer_feeds.make_orders(frame, rng, leads, customers)
    complaints = complaint_feeds.make_complaints(frame, rng, orders, customers)
    surveys = survey_feeds.make_surveys(frame, rng, customers, complaints)

    referrer = customer_feeds.referrer_of_lead(frame, rng, leads, customers)
    won = customer_feeds.customer_of_lead(leads, customers)
    calls = [
        lead_feeds.call_table(frame, rng, leads, start=start),
        customer_feeds.visit_table(frame, rng, customers, start=start),
        complaint_feeds.call_back_table(frame, rng, complaints, start=start),
    ]
    attendances = [
        lead_feeds.attendance_table(frame, leads, start=start),
        customer_feeds.guest_table(frame, rng, customers, start=start),
    ]
    years = [(first, first + 365) for first in range(frame.last - 364, frame.first - 2, -365)]
    tables = (
        customer_feeds.customer_table(frame, rng, customers, start=start),
        lead_feeds.lead_table(
            frame,
            rng,
            leads,
            start=start,
            customer=customer_feeds.number_or_nothing(won, start),
            referrer=customer_feeds.number_or_nothing(referrer, start),
        ),
        lead_feeds.assignment_table(leads, start=start),
        numbered(stacked(calls), "contact_id", CONTACT, start),
        stacked(attendances),
        customer_feeds.order_table(frame, rng, orders, customers, start=start, leads_start=start),
        customer_feeds.return_table(frame, rng, orders, customers, start=start),
        customer_feeds.wallet_table(rng, orders, customers, start=start, years=years),
        complaint_feeds.complaint_table(frame, rng, complaints, start=start),
        complaint_feeds.step_table(complaints, start=start),
        survey_feeds.survey_table(frame, surveys, start=start),
        survey_feeds.answer_table(frame, rng, surveys, customers, start=start),
    )
    return Chunk(leads=leads, customers=customers, orders=orders, complaints=complaints, surveys=surveys, tables=tables)
