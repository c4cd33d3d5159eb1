-- curated.fct_service_audit
-- One row per visit of a mystery guest, with its two scores.
-- Reads  staging.now_service_audits
-- Key    audit_id; branch_id -> curated.dim_branch, staff_id -> curated.dim_staff
-- Feeds  service_audits
-- Why    an audit that names nobody still speaks of its branch.
with touched as (
    select distinct audit_id from staging.stg_service_audits
    where load_id = any(:loads)
),

audit as (
    select n.*
    from staging.now_service_audits as n
    inner join touched as t on n.audit_id = t.audit_id
),

final as (
    select
        audit_id,
        branch_id,
        staff_id,
        visited_on,
        procedure_score,
        personal_score
    from audit
)

select *
from final
