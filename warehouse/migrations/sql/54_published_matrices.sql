-- Published tables of the segment matrices. What moved holds what stands, too: the rows of a month, added by `to_cell`.

create table published.segment_move_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    customer_kind text,
    matrix text not null,
    from_cell text not null,
    to_cell text not null,
    customers bigint not null,
    revenue numeric not null,
    visits_got bigint not null,
    would_move bigint not null,
    visits_due numeric
);
select ops.open_edition('segment_move', 'own_branches');

create table published.segment_apostle_edition (like published.segment_move_edition);
select ops.open_edition('segment_apostle', 'own_branches');

create table published.segment_cut_edition (
    edition_id bigint not null,
    slice_on date not null,
    matrix text not null,
    axis text not null,
    measured_by text not null,
    cut_at double precision,
    corner_at double precision
);
select ops.open_edition('segment_cut', 'known_people');

create table published.segment_customer_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    customer_code text not null,
    customer_kind text,
    portfolio text,
    value_tier text,
    distributor text,
    apostle text,
    last_ordered_on date,
    attractiveness double precision,
    support double precision,
    satisfaction double precision,
    distributor_loyalty double precision,
    apostle_loyalty double precision,
    spend numeric not null,
    orders bigint not null,
    portfolio_visits_due numeric,
    value_tier_visits_due numeric,
    distributor_visits_due numeric,
    apostle_visits_due numeric,
    as_of_on date not null,
    visits_got bigint not null
);
select ops.open_edition('segment_customer', 'own_branches');

-- The first day on which rows of these loads change what the matrices are made of, one row for each kind of thing changed.
-- Asked before curating (what was there) and after it (what is there now).
create function curated.matrix_changes(loads bigint[])
returns table (what text, from_on date)
language sql stable parallel safe rows 10
begin atomic
    with delivered_order as (
        select o.ordered_on as from_on
        from curated.fct_order as o
        where o.order_id in (
            select s.order_id from staging.stg_orders as s
            where s.load_id = any($1)
        )
    ),

    first_orders as (
        select date '-infinity' as from_on
        where
            not exists (select from curated.fct_order)
            and exists (
                select from staging.stg_orders as s
                where s.load_id = any($1)
            )
    ),

    touched_rate as (
        select
            r.currency,
            min(r.rate_on) as rate_on
        from staging.stg_currency_rates as r
        where
            r.load_id = any($1)
            and r.currency not in (
                select p.value from published.setting as p
                where p.name = 'reporting_currency'
            )
        group by r.currency
    ),

    delivered_rate as (
        select o.ordered_on as from_on
        from touched_rate as t
        inner join staging.stg_orders as s on t.currency = s.currency
        inner join curated.fct_order as o on s.order_id = o.order_id and t.rate_on <= o.ordered_on
    ),

    delivered_visit as (
        select c.started_on as from_on
        from curated.fct_contact as c
        where
            c.purpose_code = 'visit'
            and c.contact_id in (
                select s.contact_id from staging.stg_contacts as s
                where s.load_id = any($1)
            )
    ),

    delivered_survey as (
        select v.sent_on as from_on
        from curated.fct_survey as v
        where
            v.invite_id in (
                select s.invite_id from staging.stg_surveys as s
                where s.load_id = any($1)
                union
                select a.invite_id from staging.stg_survey_answers as a
                where a.load_id = any($1)
            )
    ),

    moved_customer as (
        select curated.party_id('customer:' || s.customer_id) as customer_id
        from staging.stg_customers as s
        left join curated.dim_customer as d on s.customer_id = d.customer_code
        where
            s.load_id = any($1)
            and (s.branch_id is distinct from d.branch_id or s.customer_kind is distinct from d.customer_kind)
        union all
        select d.customer_id
        from staging.stg_branches as s
        left join curated.dim_branch as b on s.branch_id = b.branch_id
        inner join curated.dim_customer as d on s.branch_id = d.branch_id
        where s.load_id = any($1) and s.region_id is distinct from b.region_id
    ),

    changed as (
        select
            'orders' as what,
            d.from_on
        from delivered_order as d
        union all
        select
            'orders' as what,
            f.from_on
        from first_orders as f
        union all
        select
            'orders' as what,
            r.from_on
        from delivered_rate as r
        union all
        select
            'visits' as what,
            v.from_on
        from delivered_visit as v
        union all
        select
            'surveys' as what,
            s.from_on
        from delivered_survey as s
        union all
        select
            'wallets' as what,
            w.period_on as from_on
        from staging.stg_wallets as w
        where w.load_id = any($1)
        union all
        select
            'targets' as what,
            t.period_on as from_on
        from staging.stg_targets as t
        where t.load_id = any($1) and t.scope_kind = 'company' and t.metric_code like 'matrix.%.%'
        union all
        select
            'customers who ordered' as what,
            o.ordered_on as from_on
        from moved_customer as m
        inner join curated.fct_order as o on m.customer_id = o.customer_id
        union all
        select
            'customers with wallets' as what,
            w.period_on as from_on
        from moved_customer as m
        inner join curated.fct_wallet as w on m.customer_id = w.customer_id
        union all
        select
            'customers asked' as what,
            v.sent_on as from_on
        from moved_customer as m
        inner join curated.fct_survey as v on m.customer_id = v.customer_id
    )

    select
        c.what,
        min(c.from_on) as from_on
    from changed as c
    group by c.what;
end;

-- Months of a table of standings that have to be made again: those that are over from that of `changed_on` on, those that
-- have ended since the last refresh, and those that turn out not to have ended. The first month is that of `first_on`.
create function published.standings_touched(name text, first_on date, changed_on date, data_until timestamptz, zone text)
returns setof date
language sql stable
begin atomic
    with standing as (
        select m.slice_on
        from published.current as c
        inner join published.manifest as m on c.refresh_id = m.refresh_id
        where m.table_name = $1
    ),

    ended as (
        select generate_series(date_trunc('month', $2), curated.last_month($4, $5), interval '1 month')::date as slice_on
    )

    select e.slice_on from ended as e
    where e.slice_on >= date_trunc('month', $3) or e.slice_on not in (select s.slice_on from standing as s)
    union
    select s.slice_on from standing as s
    where s.slice_on not in (select e.slice_on from ended as e);
end;
