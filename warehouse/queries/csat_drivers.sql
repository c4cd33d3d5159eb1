-- Sums and sums of products of the answers to driver questions and `overall`, by set of questions answered: csat.drivers.
-- Reads  published.survey_moment_sums
-- Solved solved/csat_drivers.py: value, low, high and n of each question
-- Why    kept by month, so a period counts the months of sending that begin in it.
with asked as (
    select
        m.answered_set,
        m.question_code,
        m.other_code,
        m.respondents,
        m.total,
        m.products,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then m.method_code end as method,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month
    from published.survey_moment_sums as m
    where
        m.refresh_id = :refresh_id
        and m.grain = :survey_moment_grain
        and (cast(:from_on as date) is null or m.slice_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or m.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
        and (cast(:method as text[]) = '{}' or m.method_code = any(cast(:method as text[])))
),

final as (
    select
        region,
        branch,
        method,
        month,
        answered_set,
        question_code,
        other_code,
        sum(respondents) as respondents,
        sum(total) as total,
        sum(products) as products
    from asked
    group by region, branch, method, month, answered_set, question_code, other_code
    order by region, branch, method, month, answered_set, question_code, other_code
)

select *
from final
