-- The value ladder of customers at a month's end: bought, satisfied, bought again, referred: five.ladder.
-- Reads  published.five_month, published.satisfied_month, published.manifest
-- Why    a standing: by month, every month that ends in the period; else the last that had ended by its end. Who is satisfied is
--        known of those alone who answered: they are the base of that step. A month that looks back further than
--        anything was ever delivered is pending, not counted.
with standing as not materialized (
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

newest as materialized (
    select m.slice_on
    from published.manifest as m
    cross join
        lateral (
            select s.slice_on
            from standing as s
            where
                s.slice_on = m.slice_on
                and (cast(:regions as text[]) = '{}' or s.region_id = any(cast(:regions as text[])))
                and (cast(:branches as text[]) = '{}' or s.branch_id = any(cast(:branches as text[])))
            order by s.slice_on
            limit 1
        ) as anything
    where
        m.refresh_id = :refresh_id
        and m.table_name in ('five_month', 'satisfied_month')
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
    order by m.slice_on desc
    limit 1
),

told as (
    select
        *,
        bool_or(is_whole_12) over (partition by slice_on) as is_whole
    from standing
    where
        (cast(:until_on as date) is null or slice_on + interval '1 month' <= cast(:until_on as date))
        and slice_on >= case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select n.slice_on from newest as n)
        end
),

grouped as (
    select
        t.active,
        t.repeated,
        t.referring,
        t.answered,
        t.satisfied,
        t.is_whole,
        case when 'month' = any(cast(:by as text[])) then t.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then t.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then t.branch_id end as branch
    from told as t
    where
        (cast(:regions as text[]) = '{}' or t.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or t.branch_id = any(cast(:branches as text[])))
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
