-- published.return_day
-- One row per day of returning, branch and product line: returns and their amount.
-- Reads  curated.fct_return, curated.dim_branch
-- Feeds  returns, orders, currency_rates, branches
-- Slice  month of returning; 0001-01-01 for returns whose day is unknown
-- Reach  exact: a month is made again when one of its returns, or the order of one of them, changes.
-- Why    the ledger's view: what came back in a month, whatever month it was sold in.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

returned as (
    select
        s.slice_on,
        r.*
    from slice as s
    inner join curated.fct_return as r
        on s.slice_on <= r.returned_on and r.returned_on < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        r.*
    from slice as s
    inner join curated.fct_return as r on s.slice_on = date '0001-01-01' and r.returned_on is null
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

added as (
    select
        slice_on,
        branch_id,
        returned_on,
        product_line,
        count(*) as returns,
        sum(amount) as amount
    from returned
    group by slice_on, branch_id, returned_on, product_line
),

final as (
    select
        a.slice_on,
        a.branch_id,
        b.region_id,
        a.returned_on,
        a.product_line,
        a.returns,
        a.amount
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
