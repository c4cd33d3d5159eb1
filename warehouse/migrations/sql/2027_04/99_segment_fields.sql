-- Customers of the matrices told as fields and places: neither drawing them nor listing the first of a cell reads all there are.

-- The middle of the field in which a value lies along an axis of a grid: of steps of its own unit or, `in_ratios`, of its logarithm.
-- What is not above zero has no logarithm, and lies at zero.
create function curated.field(at double precision, width double precision, in_ratios boolean) returns double precision
language sql immutable parallel safe
return case
    when not in_ratios then round(at / width) * width
    when at > 0 then exp(round(ln(at) / width) * width)
    when at <= 0 then 0
end;

alter table published.segment_customer_edition
add column portfolio_field_x double precision,
add column portfolio_field_y double precision,
add column value_tier_field_x double precision,
add column value_tier_field_y double precision,
add column distributor_field_x double precision,
add column distributor_field_y double precision,
add column apostle_field_x double precision,
add column apostle_field_y double precision,
add column portfolio_place bigint,
add column value_tier_place bigint,
add column distributor_place bigint,
add column apostle_place bigint,
add column customers bigint not null default 1;
alter table published.segment_customer_edition alter column customers drop default;

-- By the steps in which pages have drawn what is published.
with told as (
    select
        e.edition_id,
        e.slice_on,
        e.customer_code,
        case when e.portfolio <> 'unknown' then curated.field(e.attractiveness, 0.25, true) end as portfolio_field_x,
        case when e.portfolio <> 'unknown' then curated.field(e.support, 0.1, false) end as portfolio_field_y,
        case
            when e.value_tier is not null
                then curated.field(curated.month_number(e.as_of_on) - curated.month_number(e.last_ordered_on), 1, false)
        end as value_tier_field_x,
        case when e.value_tier is not null then curated.field(e.orders, 1, false) end as value_tier_field_y,
        case when e.distributor <> 'unknown' then curated.field(cast(e.spend as double precision), 0.25, true) end as distributor_field_x,
        case when e.distributor <> 'unknown' then curated.field(e.distributor_loyalty, 1, false) end as distributor_field_y,
        case when e.apostle <> 'unknown' then curated.field(e.satisfaction, 5, false) end as apostle_field_x,
        case when e.apostle <> 'unknown' then curated.field(e.apostle_loyalty, 1, false) end as apostle_field_y,
        case when e.portfolio is not null then row_number() over in_portfolio end as portfolio_place,
        case when e.value_tier is not null then row_number() over in_value_tier end as value_tier_place,
        case when e.distributor is not null then row_number() over in_distributor end as distributor_place,
        case when e.apostle is not null then row_number() over in_apostle end as apostle_place
    from published.segment_customer_edition as e
    window
        in_portfolio as (partition by e.edition_id, e.branch_id, e.customer_kind, e.portfolio order by e.spend desc, e.customer_code asc),
        in_value_tier as (partition by e.edition_id, e.branch_id, e.customer_kind, e.value_tier order by e.spend desc, e.customer_code asc),
        in_distributor as (partition by e.edition_id, e.branch_id, e.customer_kind, e.distributor order by e.spend desc, e.customer_code asc),
        in_apostle as (partition by e.edition_id, e.branch_id, e.customer_kind, e.apostle order by e.spend desc, e.customer_code asc)
)

update published.segment_customer_edition as e
set
    portfolio_field_x = t.portfolio_field_x,
    portfolio_field_y = t.portfolio_field_y,
    value_tier_field_x = t.value_tier_field_x,
    value_tier_field_y = t.value_tier_field_y,
    distributor_field_x = t.distributor_field_x,
    distributor_field_y = t.distributor_field_y,
    apostle_field_x = t.apostle_field_x,
    apostle_field_y = t.apostle_field_y,
    portfolio_place = t.portfolio_place,
    value_tier_place = t.value_tier_place,
    distributor_place = t.distributor_place,
    apostle_place = t.apostle_place
from told as t
where e.edition_id = t.edition_id and e.slice_on = t.slice_on and e.customer_code = t.customer_code;

-- The first of a cell in some branches.
create index on published.segment_customer_edition (edition_id, slice_on, portfolio, branch_id, portfolio_place) where portfolio is not null;
create index on published.segment_customer_edition (edition_id, slice_on, value_tier, branch_id, value_tier_place) where value_tier is not null;
create index on published.segment_customer_edition (edition_id, slice_on, distributor, branch_id, distributor_place) where distributor is not null;
create index on published.segment_customer_edition (edition_id, slice_on, apostle, branch_id, apostle_place) where apostle is not null;

select ops.view_edition('segment_customer');
select ops.open_sums(
    'segment_customer', null,
    '{
        company month portfolio portfolio_field_x portfolio_field_y customer_kind,
        company month value_tier value_tier_field_x value_tier_field_y customer_kind,
        company month distributor distributor_field_x distributor_field_y customer_kind,
        company month apostle apostle_field_x apostle_field_y customer_kind,
        branch month portfolio portfolio_field_x portfolio_field_y customer_kind,
        branch month value_tier value_tier_field_x value_tier_field_y customer_kind,
        branch month distributor distributor_field_x distributor_field_y customer_kind,
        branch month apostle apostle_field_x apostle_field_y customer_kind
    }',
    '{customers}',
    '{
        customer_code, last_ordered_on, attractiveness, support, satisfaction, distributor_loyalty, apostle_loyalty, spend, orders,
        portfolio_visits_due, value_tier_visits_due, distributor_visits_due, apostle_visits_due, visits_got, portfolio_place,
        value_tier_place, distributor_place, apostle_place
    }'
);

-- As elsewhere since 2027_03: what a person may see of sums is told in the order of the index, and a row's slice by the manifest.
drop policy own_sums on published.segment_customer_sums_edition;
create policy own_sums on published.segment_customer_sums_edition for select to reader using (
    coalesce(branch_id, '') collate "C" = any(cast((select access.own_places()) as text[]))
);
drop index published.segment_customer_sums_edition_edition_id_slice_on_grain_idx;
create index segment_customer_sums_edition_own_idx
on published.segment_customer_sums_edition (edition_id, slice_on, grain, (coalesce(branch_id, '') collate "C"));
do $$
declare
    seen text;
begin
    foreach seen in array '{segment_customer, segment_customer_sums}'::text[] loop
        execute format(
            'create or replace view published.%I with (security_invoker = true) as %s',
            seen, regexp_replace(pg_get_viewdef(format('published.%I', seen)::regclass), '\mt\.slice_on,', 'm.slice_on,', 'g')
        );
    end loop;
end;
$$;
