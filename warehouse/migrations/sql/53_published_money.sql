-- Money: what leads and events cost, which source is credited with an order, what events bring, and the value ladder.

create table curated.fct_lead_cost (
    source_code text not null,
    branch_id text not null,
    month_on date not null,
    amount numeric,
    primary key (source_code, branch_id, month_on)
);
create index on curated.fct_lead_cost (month_on);

-- What the first `share` (0 to 1) of an amount comes to, all of it at 1. Parts are told as differences of these, so that
-- parts that round still add up to the amount exactly.
create function curated.first_part(amount numeric, share numeric) returns numeric
language sql immutable parallel safe
return case when share >= 1 then amount else round(amount * share, 12) end;

-- The share of an order that its first touches up to `place` of `touches` are credited with together, 0 to 1.
-- Position gives 40 per cent to the first, 40 to the last and the rest evenly to those between; two share evenly.
create function curated.credited_up_to(model text, place bigint, touches bigint) returns numeric
language sql immutable parallel safe
return case
    when place <= 0 then 0
    when place >= touches then 1
    when model = 'first_touch' then 1
    when model = 'last_touch' then 0
    when model = 'linear' or touches = 2 then place / touches::numeric
    when model = 'position' then 0.4 + 0.2 * (place - 1) / (touches - 2)
end;

-- What the touch at `place` of `touches` is credited with of an amount. Over all touches of an order it adds up to the amount.
create function curated.credit(model text, amount numeric, place bigint, touches bigint) returns numeric
language sql immutable parallel safe
return curated.first_part(amount, curated.credited_up_to(model, place, touches))
- curated.first_part(amount, curated.credited_up_to(model, place - 1, touches));

create table published.cost_month_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    source_code text,
    source_amount numeric not null,
    new_amount numeric not null,
    existing_amount numeric not null,
    unattended_amount numeric not null
);
select ops.open_edition('cost_month', 'own_branches');

create table published.attribution_day_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    ordered_on date,
    product_line text,
    source_code text,
    first_orders numeric not null,
    first_amount numeric not null,
    last_orders numeric not null,
    last_amount numeric not null,
    linear_orders numeric not null,
    linear_amount numeric not null,
    position_orders numeric not null,
    position_amount numeric not null
);
select ops.open_edition('attribution_day', 'own_branches');

create table published.first_touch_month_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    source_code text,
    cohort_on date not null,
    orders bigint not null,
    amount numeric not null
);
select ops.open_edition('first_touch_month', 'own_branches');

create table published.event_day_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    event_kind text,
    held_on date,
    events bigint not null,
    invited bigint not null,
    confirmed bigint not null,
    confirmed_attended bigint not null,
    attended bigint not null,
    existing bigint not null,
    orders bigint not null,
    amount numeric not null,
    cost_amount numeric not null
);
select ops.open_edition('event_day', 'own_branches');

create table published.satisfied_month_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    answered bigint not null,
    satisfied bigint not null
);
select ops.open_edition('satisfied_month', 'own_branches');

create table published.compensation_month_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    complaints bigint not null,
    amount numeric not null
);
select ops.open_edition('compensation_month', 'own_branches');
