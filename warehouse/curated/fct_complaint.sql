-- curated.fct_complaint
-- One row per complaint, from receipt until it is over, with every stretch of time that it was open or paused.
-- Reads  staging.now_complaints, staging.now_complaint_events
-- Key    complaint_id; branch_id -> curated.dim_branch
-- Feeds  complaints, complaint_events
-- Why    the clock starts on receipt, not on entry: that is what the customer waits. Where the log of a complaint tells of
--        its end, or of its first answer, the log is the truth; where it is silent, the times in the complaint are.
--        It is over at its last resolution that no reopening follows (else at closing). A complaint that the log
--        follows and that was resolved without a noted answer was answered by its resolution. Its first resolution is
--        where it ended first, unless that was a withdrawal or a transfer; a rejection is a decision, and counts.
with touched as (
    select complaint_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select complaint_id from staging.stg_complaint_events
    where load_id = any(:loads)
),

complaint as (
    select c.*
    from staging.now_complaints as c
    inner join touched as t on c.complaint_id = t.complaint_id
),

event as (
    select
        e.complaint_id,
        e.event_code,
        e.happened_at,
        count(*) filter (where e.event_code = 'reopened')
            over (partition by e.complaint_id order by e.happened_at) as turn
    from staging.now_complaint_events as e
    inner join complaint as c on e.complaint_id = c.complaint_id
),

target as (
    select
        t.severity_code,
        t.response_hours,
        t.resolution_hours
    from
        jsonb_to_recordset(cast(:targets as jsonb))
            as t (severity_code text, response_hours double precision, resolution_hours double precision)
),

log as (
    select
        complaint_id,
        min(happened_at) filter (where event_code = 'responded') as first_response_at,
        bool_or(event_code in ('resolved', 'closed', 'reopened')) as tells_end
    from event
    group by complaint_id
),

turn as (
    select
        complaint_id,
        turn,
        min(happened_at) filter (where event_code = 'reopened') as started_at,
        coalesce(
            max(happened_at) filter (where event_code = 'resolved'),
            min(happened_at) filter (where event_code = 'closed')
        ) as ended_at
    from event
    group by complaint_id, turn
    union all
    select
        c.complaint_id,
        0 as turn,
        c.opened_at as started_at,
        case when l.tells_end then null else coalesce(c.resolved_at, c.closed_at) end as ended_at
    from complaint as c
    left join log as l on c.complaint_id = l.complaint_id
),

whole_turn as (
    select
        complaint_id,
        turn,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from turn
    group by complaint_id, turn
),

numbered as (
    select
        complaint_id,
        started_at,
        ended_at,
        count(ended_at) over (
            partition by complaint_id order by turn rows between unbounded preceding and 1 preceding
        ) as stretch
    from whole_turn
),

stretch as (
    select
        complaint_id,
        stretch,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from numbered
    group by complaint_id, stretch
),

life as (
    select
        complaint_id,
        count(*) - 1 as reopened_count,
        min(ended_at) filter (where stretch = 0) as first_ended_at,
        min(started_at) filter (where stretch = 1) as reopened_at,
        case when count(*) = count(ended_at) then max(ended_at) end as ended_at,
        range_agg(tstzrange(started_at, greatest(started_at, ended_at), '[]'))
        filter (where started_at is not null and ended_at is not null) as ended_while,
        range_agg(tstzrange(started_at, null, '[)'))
        filter (where started_at is not null and ended_at is null) as running_while
    from stretch
    group by complaint_id
),

pause as (
    select
        complaint_id,
        event_code,
        happened_at,
        min(happened_at) filter (where event_code <> 'paused') over (
            partition by complaint_id order by happened_at, event_code
            rows between 1 following and unbounded following
        ) as resumed_at
    from event
    where event_code in ('paused', 'resumed', 'resolved', 'reopened', 'closed')
),

paused as (
    select
        complaint_id,
        range_agg(tstzrange(happened_at, resumed_at)) as paused_while
    from pause
    where event_code = 'paused'
    group by complaint_id
),

joined as (
    select
        c.*,
        f.ended_at,
        f.reopened_count,
        f.reopened_at,
        case
            when f.reopened_count > 0 or coalesce(c.outcome_code, '') not in ('withdrawn', 'transferred')
                then f.first_ended_at
        end as first_resolved_at,
        coalesce(p.paused_while, '{}') as paused_while,
        case
            when c.opened_at is not null then coalesce(f.ended_while, '{}') + coalesce(f.running_while, '{}')
        end as open_while,
        coalesce(
            l.first_response_at,
            c.first_response_at,
            case
                when l.complaint_id is not null and coalesce(c.outcome_code, '') not in ('withdrawn', 'transferred')
                    then f.first_ended_at
            end
        ) as answered_at,
        c.opened_at + t.response_hours * interval '1 hour' as response_due_at,
        coalesce(c.due_at, c.opened_at + t.resolution_hours * interval '1 hour') as promised_at
    from complaint as c
    inner join life as f on c.complaint_id = f.complaint_id
    left join log as l on c.complaint_id = l.complaint_id
    left join paused as p on c.complaint_id = p.complaint_id
    left join target as t on c.severity_code = t.severity_code
),

worked_out as (
    select
        *,
        cast(opened_at at time zone :zone as date) as opened_on,
        cast(first_resolved_at at time zone :zone as date) as first_resolved_on,
        cast(date_trunc('month', first_resolved_at at time zone :zone) as date) as first_resolved_month,
        cast(date_trunc('month', opened_at at time zone :zone) as date) as opened_month,
        cast(date_trunc('month', greatest(opened_at, ended_at) at time zone :zone) as date) as ended_month,
        curated.party_id(coalesce('customer:' || customer_id, 'complaint:' || complaint_id)) as party_id,
        case
            when ended_at is null then null
            when outcome_code in ('withdrawn', 'transferred', 'rejected') then outcome_code
            else 'resolved'
        end as outcome
    from joined
),

placed as (
    select
        *,
        case when ended_at is null then date '0001-01-01' else coalesce(opened_month, date '0001-01-01') end as cohort_on
    from worked_out
),

final as (
    select
        party_id as customer_id,
        complaint_id,
        customer_id as customer_code,
        order_id,
        branch_id,
        category_code,
        channel_code,
        severity_code,
        cause_code,
        handler_staff_id,
        opened_at,
        opened_on,
        cohort_on,
        answered_at as first_response_at,
        response_due_at,
        promised_at as due_at,
        ended_at,
        ended_month,
        first_resolved_at,
        first_resolved_on,
        first_resolved_month,
        reopened_at,
        outcome as outcome_code,
        reopened_count,
        compensation_amount,
        open_while,
        paused_while
    from placed
)

select * from final
