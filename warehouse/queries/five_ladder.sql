-- The value ladder of customers at a month's end: bought, satisfied, bought again, referred: five.ladder.
-- Reads  published.five_month, published.satisfied_month
-- Why    a standing: by month, every month that ends in the period; else the last that had ended by its end. Who is satisfied is
--        known of those alone who answered: they are the base of that step. A month that looks back further than
--        anything was ever delivered is pending, not counted.
with standing as (
    select
        slice_on,
        region_id,
        branch_id,
        is_whole_12,
        active,
        repeated,
        referring,
        0 as answered,
        0 as satisfied
    from published.five_month
    where refresh_id = :refresh_id
    union all
    select
        slice_on,
        region_id,
        branch_id,
        null as is_whole_12,
        0 as active,
        0 as repeated,
        0 as referring,
        answered,
        satisfied
    from published.satisfied_month
    where refresh_id = :refresh_id
),

told as (
    select
        *,
        bool_or(is_whole_12) over (partition by slice_on) as is_whole
    from standing
),

ended as (
    select *
    from told
    where
        (cast(:until_on as date) is null or slice_on + interval '1 month' <= cast(:until_on as date))
        and (
            'month' != all(cast(:by as text[]))
            or (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        )
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

newest as materialized (
    select max(slice_on) as slice_on from ended
),

grouped as (
    select
        e.active,
        e.repeated,
        e.referring,
        e.answered,
        e.satisfied,
        e.is_whole,
        case when 'month' = any(cast(:by as text[])) then e.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then e.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then e.branch_id end as branch
    from ended as e
    inner join newest as n on e.slice_on = n.slice_on or 'month' = any(cast(:by as text[]))
),

added as (
    select
        month,
        region,
        branch,
        coalesce(sum(active) filter (where is_whole), 0) as active,
        coalesce(sum(repeated) filter (where is_whole), 0) as repeated,
        coalesce(sum(referring) filter (where is_whole), 0) as referring,
        coalesce(sum(answered) filter (where is_whole), 0) as answered,
        coalesce(sum(satisfied) filter (where is_whole), 0) as satisfied,
        coalesce(sum(active) filter (where not is_whole), 0) as pending
    from grouped
    group by month, region, branch
),

stepped as (
    select
        a.month,
        a.region,
        a.branch,
        a.pending,
        t.place,
        t.part,
        t.value,
        t.denominator
    from added as a
    cross join
        lateral (
            values
            (1, 'bought', a.active, a.active),
            (2, 'satisfied', a.satisfied, a.answered),
            (3, 'bought_again', a.repeated, a.active),
            (4, 'referred', a.referring, a.active)
        ) as t (place, part, value, denominator)
),

final as (
    select
        month,
        region,
        branch,
        part,
        value,
        denominator,
        pending,
        value / nullif(denominator, 0) as share
    from stepped
    order by month, region, branch, place
)

select *
from final
