-- Complaints whose last event says resolved at another time, by more than a minute, than the complaint itself.
-- Reads  {batch}: gate.delivery_complaint_events; gate.delivery_complaints
-- Why    only what arrives together is compared: a complaint delivered earlier could not know.
with
resolved as (
    select
        complaint_id,
        max(happened_at) as resolved_at
    from {batch}
    where event_code = 'resolved'
    group by complaint_id
)

select r.complaint_id
from resolved as r
inner join gate.delivery_complaints as c on r.complaint_id = c.complaint_id
where abs(extract(epoch from c.resolved_at - r.resolved_at)) > 60
