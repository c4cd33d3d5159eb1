-- Unhappy answers to call back about, the unhappiest first: detractors and dissatisfied, by their scores, the newest first.
-- Reads  published.action_answer, published.action_answer_sums
-- Why    the first of several branches are among the first of each: no others are read, and how many there are is told by sums,
--        counted once: PostgreSQL would count again for every row.
with counted as materialized (
    select cast(sum(answers) as bigint) as in_all
    from published.action_answer_sums
    where
        refresh_id = :refresh_id
        and grain = 'branch month'
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

foremost as (
    select *
    from published.action_answer
    where
        refresh_id = :refresh_id
        and place <= :most
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

final as (
    select
        f.invite_id,
        f.customer_code,
        f.region_id,
        f.branch_id,
        f.complaint_id,
        f.method_code,
        f.answered_at,
        cast(f.recommend as double precision) as recommend,
        cast(f.overall as double precision) as overall,
        cast(f.overall_to as double precision) as overall_to,
        c.in_all
    from foremost as f
    cross join counted as c
    order by
        least(f.recommend / 10, (f.overall - f.overall_from) / (f.overall_to - f.overall_from)) asc,
        f.answered_at desc,
        f.invite_id asc
    limit :most
)

select * from final
