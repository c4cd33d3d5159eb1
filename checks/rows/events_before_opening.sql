-- Complaint events dated before the complaint was opened, in every known version of the complaint.
-- Reads  {batch}: gate.delivery_complaint_events; staging.stg_complaints, published.load_feed
with
complaints as (
    select
        c.complaint_id,
        min(c.opened_at) as opened_at
    from staging.stg_complaints as c
    inner join published.load_feed as f on c.load_id = f.load_id and f.feed = 'complaints'
    where f.state <> 'discarded'
    group by c.complaint_id
)

select
    e.complaint_id,
    e.happened_at,
    e.event_code
from (select * from {batch}) as e
inner join complaints on e.complaint_id = complaints.complaint_id
where e.happened_at < complaints.opened_at
