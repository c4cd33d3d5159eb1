-- Sums of `overall` by stratum, beside the customers of the stratum: csat.weighted and csat.weighted_top2.
-- Reads  published.survey_stratum_sums, published.survey_population_sums
-- Solved solved/csat_weighted.py: value, low and high
-- Why    strata are home region, value tier and complaint outcome; each month in which somebody of the row was asked brings the
--        row's customers active at the end of the month before, so that a row is the same alone and among others. Answers of
--        those who were not active then stand for nobody, and are left out.
with sent as (
    select
        s.*,
        cast(date_trunc('month', s.sent_on) as date) as month_on
    from published.survey_stratum_sums as s
    where
        s.refresh_id = :refresh_id
        and s.grain = :survey_stratum_grain
        and s.judged > 0
        and (cast(:from_on as date) is null or s.sent_on >= cast(:from_on as date))
        and (cast(:from_on as date) is null or s.slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or s.sent_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or s.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or s.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or s.branch_id = any(cast(:branches as text[])))
        and (cast(:method as text[]) = '{}' or s.method_code = any(cast(:method as text[])))
),

sending_month as (
    select distinct
        month_on,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch
    from sent
),

together as (
    select
        month_on,
        region_id,
        branch_id,
        tier,
        complaint_outcome,
        0 as population,
        case when tier in ('loyal', 'opportunity', 'edge') then judged else 0 end as n,
        case
            when tier not in ('loyal', 'opportunity', 'edge') then 0
            when :metric = 'csat.weighted_top2' then top2
            else total
        end as total,
        case
            when tier not in ('loyal', 'opportunity', 'edge') then 0
            when :metric = 'csat.weighted_top2' then top2
            else squares
        end as squares,
        case when tier in ('loyal', 'opportunity', 'edge') then 0 else judged end as left_out
    from sent
    union all
    select
        m.month_on,
        p.region_id,
        p.branch_id,
        p.tier,
        p.complaint_outcome,
        p.customers as population,
        0 as n,
        0 as total,
        0 as squares,
        0 as left_out
    from sending_month as m
    inner join published.survey_population_sums as p
        on
            m.month_on = p.slice_on + interval '1 month'
            and ('region' != all(cast(:by as text[])) or m.region is not distinct from p.region_id)
            and ('branch' != all(cast(:by as text[])) or m.branch is not distinct from p.branch_id)
    where
        p.refresh_id = :refresh_id
        and p.grain = :survey_population_grain
        and p.slice_on = any(array(select cast(o.month_on - interval '1 month' as date) from sending_month as o))
        and (cast(:regions as text[]) = '{}' or p.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or p.branch_id = any(cast(:branches as text[])))
),

grouped as (
    select
        *,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'month' = any(cast(:by as text[])) then month_on end as month
    from together
),

final as (
    select
        region,
        branch,
        month,
        tier as stratum_tier,
        complaint_outcome as stratum_outcome,
        coalesce(region_id, '') as stratum_region,
        sum(population) as population,
        sum(n) as n,
        sum(total) as total,
        sum(squares) as squares,
        sum(left_out) as left_out
    from grouped
    group by region, branch, month, region_id, tier, complaint_outcome
    order by region, branch, month, stratum_region, tier, complaint_outcome
)

select *
from final
