-- published.segment_move
-- One row per month that has ended, home branch, kind of customer, matrix (portfolio, distributor, value_tier), and cell before and after.
-- Reads  curated.moved, curated.tiers_moved (fct_order, fct_wallet, fct_contact, dim_customer), curated.dim_branch
-- Feeds  orders, wallets, contacts, customers, branches, currency_rates, targets
-- Slice  month at whose end customers are placed
-- Reach  every month from that of the earliest order, wallet, visit or target delivered on (a lost customer stays lost), and
--        months that have ended since.
-- Why    cuts come from catalogue/cuts.yaml and from the whole company, never from what a viewer may see. visits_due is the
--        norm of the cell after, times its customers; revenue is that of 12 months, of the cell after.
with cut as (
    select cast(:cuts as jsonb) as cuts
),

ended as (
    select curated.ended_months(cast(:slices as date[]), cast(:data_until as timestamptz), :zone) as slices
),

every_matrix as (
    select m.*
    from cut as c
    cross join ended as e
    cross join curated.moved('{portfolio,distributor}', e.slices, c.cuts) as m
    union all
    select t.*
    from cut as c
    cross join ended as e
    cross join curated.tiers_moved(e.slices, c.cuts) as t
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        m.slice_on,
        m.branch_id,
        b.region_id,
        m.customer_kind,
        m.matrix,
        m.from_cell,
        m.to_cell,
        m.customers,
        m.revenue,
        m.visits_got,
        m.would_move,
        m.customers * cast(c.cuts -> m.matrix -> 'visits' ->> m.to_cell as numeric) as visits_due
    from every_matrix as m
    cross join cut as c
    left join branch as b on m.branch_id = b.branch_id
)

select *
from final
