-- curated.fct_skill_assessment
-- One row per self-assessment of a member of staff: the four sides of communication, each the sum of its four items.
-- Reads  staging.now_skill_assessments
-- Key    staff_id, assessed_on; staff_id -> curated.dim_staff
-- Feeds  skill_assessments
-- Why    the sheet asks in mixed order so that nobody answers a side as a whole: here the items come together again.
with touched as (
    select distinct
        staff_id,
        assessed_on
    from staging.stg_skill_assessments
    where load_id = any(:loads)
),

assessment as (
    select n.*
    from staging.now_skill_assessments as n
    inner join touched as t on n.staff_id = t.staff_id and n.assessed_on = t.assessed_on
),

final as (
    select
        staff_id,
        assessed_on,
        cast(date_trunc('month', assessed_on) as date) as cohort_on,
        item_03 + item_05 + item_10 + item_15 as contact,
        item_01 + item_04 + item_09 + item_12 as eliciting,
        item_02 + item_08 + item_14 + item_16 as informing,
        item_06 + item_07 + item_11 + item_13 as influencing
    from assessment
)

select *
from final
