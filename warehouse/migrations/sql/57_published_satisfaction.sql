-- Published: satisfaction beyond the single score, as editions of slices that never change once written.

-- When customers are known by their latest complaint between two moments, and by what became of it: `resolved` while it is
-- over (and was not withdrawn, transferred or rejected), `other` until then. A complaint is remembered
-- for 180 days (of 24 hours) after it was opened, or until the next one. Stretches of one customer do not overlap.
create function curated.complaint_memory(from_at timestamptz, until_at timestamptz)
returns table (customer_id bigint, outcome text, holds tstzrange)
language sql stable parallel safe
begin atomic
    with complaint as (
        select
            c.customer_id,
            c.outcome_code,
            c.open_while,
            tstzmultirange(
                tstzrange(
                    c.opened_at,
                    least(
                        c.opened_at + interval '4320 hours',
                        lead(c.opened_at) over (partition by c.customer_id order by c.opened_at, c.complaint_id)
                    )
                )
            ) as counts_while
        from curated.fct_complaint as c
        where
            c.customer_code is not null
            and c.opened_on >= ($1 - interval '181 days')::date
            and c.opened_on <= ($2 + interval '1 day')::date
    ),

    split as (
        select
            c.customer_id,
            c.counts_while,
            case
                when c.outcome_code in ('withdrawn', 'transferred', 'rejected') then '{}'::tstzmultirange
                else c.counts_while - c.open_while
            end as resolved_while
        from complaint as c
    )

    select
        s.customer_id,
        'resolved' as outcome,
        unnest(s.resolved_while) as holds
    from split as s
    union all
    select
        s.customer_id,
        'other' as outcome,
        unnest(s.counts_while - s.resolved_while) as holds
    from split as s;
end;

-- One row per day of sending, branch, method, wave and side of service (`all`: the whole questionnaire). Slice: month of sending.
create table published.servqual_day_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    sent_on date,
    method_code text,
    wave_code text,
    dimension text not null,
    respondents bigint not null,
    gap_total double precision not null,
    gap_squares double precision not null,
    expectation_total double precision not null,
    perception_total double precision not null,
    far_below bigint not null,
    below bigint not null,
    met bigint not null,
    above bigint not null,
    far_above bigint not null,
    judged bigint not null,
    judged_perception double precision not null,
    judged_perception_squares double precision not null,
    judged_overall double precision not null,
    judged_overall_squares double precision not null,
    judged_products double precision not null
);
select ops.open_edition('servqual_day', 'own_branches');

-- One row per month of sending, branch, method, set of questions answered, and two of them. Slice: month of sending.
create table published.survey_moment_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    method_code text,
    answered_set text not null,
    question_code text not null,
    other_code text not null,
    respondents bigint not null,
    total double precision not null,
    products double precision not null
);
select ops.open_edition('survey_moment', 'own_branches');

-- One row per day of sending, home branch of the customer, method, value tier and complaint outcome. Slice: month of sending.
create table published.survey_stratum_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    sent_on date,
    method_code text,
    tier text not null,
    complaint_outcome text not null,
    sent bigint not null,
    answered bigint not null,
    judged bigint not null,
    total double precision not null,
    squares double precision not null,
    top2 bigint not null
);
select ops.open_edition('survey_stratum', 'own_branches');

-- One row per month that has ended, home branch, value tier and complaint outcome: customers active at its end. Slice: that month.
create table published.survey_population_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    tier text not null,
    complaint_outcome text not null,
    customers bigint not null
);
select ops.open_edition('survey_population', 'own_branches');

-- One row per day of sending, branch, method, day of resolution and handling-time band. Slice: month of sending.
create table published.survey_handling_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    sent_on date,
    method_code text,
    resolved_on date not null,
    band text not null,
    band_from_hours integer not null,
    answers bigint not null,
    total double precision not null,
    squares double precision not null,
    top2 bigint not null,
    reordered bigint not null,
    referred bigint not null
);
select ops.open_edition('survey_handling', 'own_branches');
