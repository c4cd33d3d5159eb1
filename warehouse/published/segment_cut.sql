-- published.segment_cut
-- One row per month that has ended, matrix and axis: where the whole company's cut lay, and that of the corner where there is one.
-- Reads  curated.fct_standing (fct_order, fct_wallet, fct_survey, fct_survey_answer, dim_customer)
-- Feeds  orders, wallets, surveys, survey_answers, customers, currency_rates, targets
-- Slice  month at whose end customers are placed
-- Reach  every month from that of the earliest order, wallet, survey or target delivered on, and months that have ended since.
-- Why    a branch head sees the company's cuts, as lines in the chart, without seeing the company's customers.
with cut as (
    select cast(:cuts as jsonb) as cuts
),

ended as (
    select curated.ended_months(cast(:slices as date[]), cast(:data_until as timestamptz), :zone) as slices
),

lain as (
    select distinct
        m.matrix,
        m.slice_on,
        m.measured_by,
        m.x_cut,
        m.y_cut,
        m.x_corner,
        m.y_corner
    from ended as e
    inner join curated.fct_standing as m on m.slice_on = any(e.slices)
    where m.cell <> 'gone'
),

final as (
    select
        m.slice_on,
        m.matrix,
        c.cuts -> m.matrix -> 'axes' ->> 0 as axis,
        m.measured_by,
        m.x_cut as cut_at,
        m.x_corner as corner_at
    from lain as m
    cross join cut as c
    union all
    select
        m.slice_on,
        m.matrix,
        c.cuts -> m.matrix -> 'axes' ->> 1 as axis,
        m.measured_by,
        m.y_cut as cut_at,
        m.y_corner as corner_at
    from lain as m
    cross join cut as c
)

select *
from final
