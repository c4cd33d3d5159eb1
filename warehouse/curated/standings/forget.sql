-- Note that of each matrix the months that rows of these loads change, and all that follow them, are kept no longer; from which on.
-- Reads  curated.matrix_changes (staging.stg_*, curated.fct_*, curated.dim_*), curated.standing_until
-- Why    asked before and after curating: a customer leaves the months where an order was, and comes to those where it is.
with changed as (
    select
        k.matrix,
        cast(date_trunc('month', min(c.from_on)) as date) as from_on
    from curated.matrix_changes(:loads) as c
    inner join curated.standing_until as k
        on case c.what
            when 'visits' then false
            when 'surveys' then k.matrix = 'apostle'
            when 'customers asked' then k.matrix = 'apostle'
            when 'wallets' then k.matrix = 'portfolio'
            when 'customers with wallets' then k.matrix = 'portfolio'
            else true
        end
    where k.until_on >= date_trunc('month', c.from_on)
    group by k.matrix
)

update curated.standing_until as k
set until_on = cast(c.from_on - interval '1 month' as date)
from changed as c
where k.matrix = c.matrix
returning k.matrix, c.from_on
