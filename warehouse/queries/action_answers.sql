-- Unhappy answers to call back about, the unhappiest first: detractors and dissatisfied, by their scores, the newest first.
-- Reads  published.action_answer
with final as (
    select
        invite_id,
        customer_code,
        region_id,
        branch_id,
        complaint_id,
        method_code,
        answered_at,
        cast(recommend as double precision) as recommend,
        cast(overall as double precision) as overall,
        cast(overall_to as double precision) as overall_to,
        count(*) over () as in_all
    from published.action_answer
    where
        refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
    order by
        least(recommend / 10, (overall - overall_from) / (overall_to - overall_from)), answered_at desc, invite_id asc
    limit :most
)

select * from final
