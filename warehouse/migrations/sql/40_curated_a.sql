-- Curated tables of leads, customers, orders and visits. Keys begin with customer_id, the party that rows are spread by.

-- The party behind a row as one number: 'customer:…' where the customer is known, else 'lead:…' or 'order:…'.
create function curated.party_id(name text) returns bigint
language sql immutable strict parallel safe
return hashtextextended(name, 0);

create table curated.dim_branch (
    branch_id text primary key,
    branch_name text,
    region_id text,
    region_name text,
    city text,
    opened_on date,
    closed_on date
);

create table curated.dim_lead_source (
    source_code text primary key,
    source_group text,
    label_en text,
    label_zh text,
    screening_days bigint
);

create table curated.dim_event (
    event_id text primary key,
    branch_id text,
    event_kind text,
    held_on date
);

create table curated.dim_customer (
    customer_id bigint primary key,
    customer_code text not null,
    branch_id text,
    customer_kind text,
    is_on_file boolean not null
);
create index on curated.dim_customer (branch_id);
create index on curated.dim_customer (customer_code);

create table curated.fct_lead (
    lead_id text not null,
    customer_code text,
    branch_id text,
    source_code text,
    collected_at timestamptz,
    reconfirmed_at timestamptz,
    is_genuine boolean,
    collected_on date,
    customer_id bigint not null,
    referrer_id bigint,
    primary key (customer_id, lead_id)
);
create index on curated.fct_lead (lead_id);
create index on curated.fct_lead (referrer_id, collected_on);

create table curated.fct_contact (
    contact_id text not null,
    lead_id text,
    branch_id text,
    purpose_code text,
    outcome_code text,
    started_at timestamptz,
    started_on date,
    customer_id bigint not null,
    is_reached boolean not null,
    primary key (customer_id, contact_id)
);
create index on curated.fct_contact (contact_id);
create index on curated.fct_contact (lead_id);
create index on curated.fct_contact (started_on) where purpose_code = 'visit';

create table curated.fct_attendance (
    event_id text not null,
    lead_id text,
    customer_code text,
    is_attended boolean,
    invited_at timestamptz,
    held_on date,
    customer_id bigint not null
);
create index on curated.fct_attendance (customer_id);
create index on curated.fct_attendance (event_id);
create index on curated.fct_attendance (lead_id);

create table curated.fct_order (
    order_id text not null,
    customer_code text,
    lead_id text,
    branch_id text,
    ordered_at timestamptz,
    ordered_on date,
    product_line text,
    customer_id bigint not null,
    amount numeric,
    primary key (customer_id, order_id)
);
create index on curated.fct_order (order_id);
create index on curated.fct_order (lead_id);
create index on curated.fct_order (ordered_on);
create index on staging.stg_orders (currency);

create table curated.fct_return (
    return_id text not null,
    order_id text,
    product_line text,
    ordered_on date,
    returned_on date,
    customer_id bigint not null,
    branch_id text,
    amount numeric,
    primary key (customer_id, return_id)
);
create index on curated.fct_return (return_id);
create index on curated.fct_return (order_id);
create index on curated.fct_return (returned_on);
create index on curated.fct_return (ordered_on);
create index on staging.stg_returns (order_id);

create table curated.fct_wallet (
    customer_code text not null,
    period_on date not null,
    amount numeric,
    customer_id bigint not null,
    primary key (customer_id, period_on)
);
create index on curated.fct_wallet (period_on);

create table curated.fct_lead_progress (
    customer_id bigint not null,
    lead_id text not null,
    branch_id text,
    source_code text,
    collected_at timestamptz,
    collected_on date,
    is_genuine boolean,
    reached_at timestamptz,
    invited_at timestamptz,
    first_ordered_at timestamptz,
    second_ordered_at timestamptz,
    referred_at timestamptz,
    cohort_on date not null,
    stage smallint not null,
    has_ordered boolean not null,
    wait_seconds double precision,
    primary key (customer_id, lead_id)
);
create index on curated.fct_lead_progress (lead_id);
create index on curated.fct_lead_progress (cohort_on);
create index on curated.fct_lead_progress (branch_id);

-- The months at whose end a customer was loyal, opportunity, edge or lost: from_on to before until_on, first days of
-- months. A stretch begins with the customer's last order so far; `cuts` is catalogue/cuts.yaml. Stretches of one customer
-- do not overlap, so each customer is in one tier at each month's end. Orders of one day count once: what one company
-- writes as one order of ten lines, another writes as ten.
create function curated.tier_spell(cuts jsonb)
returns table (customer_id bigint, tier text, from_on date, until_on date)
language sql stable parallel safe
begin atomic
    with cut as (
        select
            ($1 -> 'value_tier' ->> 'loyal_orders')::integer as loyal_orders,
            make_interval(months => ($1 -> 'value_tier' ->> 'loyal_months')::integer) as loyal_for,
            make_interval(months => ($1 -> 'value_tier' ->> 'recent_months')::integer) as recent_for,
            make_interval(months => ($1 -> 'value_tier' ->> 'edge_months')::integer) as edge_for
    ),

    order_day as (
        select distinct
            o.customer_id,
            o.ordered_on
        from curated.fct_order as o
        where o.customer_code is not null and o.ordered_on is not null
    ),

    ordered as (
        select
            o.customer_id,
            date_trunc('month', o.ordered_on)::date as month_on,
            date_trunc('month', lag(o.ordered_on, c.loyal_orders - 1) over w)::date as counted_from_on
        from order_day as o
        cross join cut as c
        window w as (partition by o.customer_id order by o.ordered_on)
    ),

    ordering_month as (
        select
            o.customer_id,
            o.month_on,
            max(o.counted_from_on) as counted_from_on
        from ordered as o
        group by o.customer_id, o.month_on
    ),

    stretch as (
        select
            m.customer_id,
            m.month_on,
            coalesce((m.counted_from_on + c.loyal_for)::date, m.month_on) as loyal_until_on,
            (m.month_on + c.recent_for)::date as recent_until_on,
            (m.month_on + c.edge_for)::date as edge_until_on,
            coalesce(lead(m.month_on) over (partition by m.customer_id order by m.month_on), 'infinity') as next_on
        from ordering_month as m
        cross join cut as c
    )

    select
        s.customer_id,
        t.tier,
        t.from_on,
        t.until_on
    from stretch as s
    cross join
        lateral (
            values
            ('loyal', s.month_on, least(s.next_on, s.recent_until_on, s.loyal_until_on)),
            ('opportunity', greatest(s.month_on, s.loyal_until_on), least(s.next_on, s.recent_until_on)),
            ('edge', s.recent_until_on, least(s.next_on, s.edge_until_on)),
            ('lost', s.edge_until_on, s.next_on)
        ) as t (tier, from_on, until_on)
    where t.from_on < t.until_on;
end;

-- Where each customer stands in the portfolio matrix at the end of each month in `slices`, with the cuts of that month.
-- With wallets in the 12 months: what the customer buys in the category, and our share of it. Without: spend and orders
-- with us (of one day once), each over the median of the customers of the same kind who ordered. `axes` says which. A wallet of somebody
-- who is in no file of customers and never ordered belongs to no branch, and stands nowhere.
create function curated.portfolio(slices date[], cuts jsonb)
returns table (
    slice_on date,
    customer_id bigint,
    axes text,
    spend numeric,
    orders bigint,
    attractiveness double precision,
    support double precision,
    attractiveness_cut double precision,
    support_cut double precision,
    cell text
)
language sql stable parallel safe
begin atomic
    with slice as (
        select distinct
            asked.slice_on,
            (asked.slice_on - interval '11 months')::date as from_on,
            (asked.slice_on + interval '1 month')::date as until_on
        from unnest($1) as asked (slice_on)
    ),

    span as (
        select
            min(s.from_on) as from_on,
            max(s.until_on) as until_on
        from slice as s
    ),

    bought_in_day as (
        select
            o.customer_id,
            o.ordered_on,
            sum(o.amount) as spend
        from span as s
        inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on > o.ordered_on
        where o.customer_code is not null
        group by o.customer_id, o.ordered_on
    ),

    bought_in_month as (
        select
            d.customer_id,
            date_trunc('month', d.ordered_on)::date as month_on,
            sum(d.spend) as spend,
            count(*) as orders
        from bought_in_day as d
        group by d.customer_id, month_on
    ),

    spending as (
        select
            s.slice_on,
            m.customer_id,
            sum(m.spend) as spend,
            sum(m.orders)::bigint as orders
        from slice as s
        inner join bought_in_month as m on s.from_on <= m.month_on and s.until_on > m.month_on
        group by s.slice_on, m.customer_id
    ),

    wallet as (
        select
            s.slice_on,
            w.customer_id,
            sum(w.amount) as amount
        from slice as s
        inner join curated.fct_wallet as w on s.from_on <= w.period_on and s.until_on > w.period_on
        group by s.slice_on, w.customer_id
    ),

    told as (
        select
            s.slice_on,
            case when count(w.slice_on) > 0 then 'wallets' else 'spend' end as axes
        from slice as s
        left join wallet as w on s.slice_on = w.slice_on
        group by s.slice_on
    ),

    customer as (
        select
            s.spend,
            s.orders,
            w.amount as wallet,
            coalesce(s.slice_on, w.slice_on) as slice_on,
            coalesce(s.customer_id, w.customer_id) as customer_id
        from spending as s
        full join wallet as w on s.slice_on = w.slice_on and s.customer_id = w.customer_id
    ),

    kind as (
        select
            c.*,
            d.customer_kind
        from customer as c
        inner join curated.dim_customer as d on c.customer_id = d.customer_id and (d.is_on_file or c.orders > 0)
    ),

    peer as (
        select
            k.slice_on,
            k.customer_kind,
            percentile_cont(0.5) within group (order by k.spend::double precision) as spend,
            percentile_cont(0.5) within group (order by k.orders::double precision) as orders
        from kind as k
        where k.orders > 0
        group by k.slice_on, k.customer_kind
    ),

    measured as (
        select
            k.slice_on,
            k.customer_id,
            t.axes,
            coalesce(k.spend, 0) as spend,
            coalesce(k.orders, 0) as orders,
            case t.axes
                when 'wallets' then k.wallet::double precision
                else k.spend::double precision / nullif(p.spend, 0)
            end as attractiveness,
            case t.axes
                when 'wallets' then (coalesce(k.spend, 0) / nullif(k.wallet, 0))::double precision
                else k.orders::double precision / nullif(p.orders, 0)
            end as support,
            $2 -> 'portfolio' -> t.axes as declared
        from kind as k
        inner join told as t on k.slice_on = t.slice_on
        left join peer as p on k.slice_on = p.slice_on and k.customer_kind is not distinct from p.customer_kind
    ),

    cut as (
        select
            m.slice_on,
            case m.declared -> 'attractiveness' ->> 'cut'
                when 'quantile'
                    then
                        percentile_cont((m.declared -> 'attractiveness' ->> 'at')::double precision)
                        within group (order by m.attractiveness)
                else (m.declared -> 'attractiveness' ->> 'at')::double precision
            end as attractiveness,
            case m.declared -> 'support' ->> 'cut'
                when 'quantile'
                    then
                        percentile_cont((m.declared -> 'support' ->> 'at')::double precision)
                        within group (order by m.support)
                else (m.declared -> 'support' ->> 'at')::double precision
            end as support
        from measured as m
        group by m.slice_on, m.declared
    )

    select
        m.slice_on,
        m.customer_id,
        m.axes,
        m.spend,
        m.orders,
        m.attractiveness,
        m.support,
        c.attractiveness as attractiveness_cut,
        c.support as support_cut,
        case
            when m.attractiveness is null or m.support is null then 'unknown'
            when m.attractiveness >= c.attractiveness and m.support >= c.support then 'star'
            when m.attractiveness >= c.attractiveness then 'question'
            when m.support >= c.support then 'cash_cow'
            else 'dog'
        end as cell
    from measured as m
    inner join cut as c on m.slice_on = c.slice_on;
end;
