-- The answers behind the figures of a scope, or those with a comment, the worst first, then the newest. `cases`: how many there are.
-- Reads  published.survey_case
with answer as (
    select *
    from published.survey_case
    where
        refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:method as text[]) = '{}' or method_code = any(cast(:method as text[])))
        and (cast(:wave as text[]) = '{}' or wave_code = any(cast(:wave as text[])))
        and (not cast(:is_commented as boolean) or commented > 0)
        and (cast(:from_on as date) is null or sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or sent_on < cast(:until_on as date))
),

final as (
    select
        invite_id,
        customer_code,
        branch_id,
        complaint_id,
        method_code,
        wave_code,
        sent_on,
        answered_at,
        overall,
        overall_from,
        overall_to,
        recommend,
        commented,
        as_of,
        count(*) over () as cases
    from answer
    order by
        (overall - overall_from) / nullif(overall_to - overall_from, 0) asc nulls last,
        recommend asc nulls last,
        sent_on desc,
        invite_id asc
    limit :most
)

select * from final
