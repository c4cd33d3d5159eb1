-- What the whole company does, at the grain at which others than its executives may be told: months, by one code at a time.

-- One row per month of opening and code of one cut (`all`: no code at all), of the whole company; counts add within a cut.
-- Slice: month of opening once over, 0001-01-01 until then.
alter table published.complaint_company_edition rename to complaint_company_by_day;
drop view published.complaint_company;
drop view gate.figures_complaint_company;
drop view gate.replaced_complaint_company;
create table published.complaint_company_edition (
    edition_id bigint not null,
    slice_on date not null,
    month_on date,
    cut text not null check (cut in ('all', 'category', 'severity', 'channel', 'cause')),
    code text,
    decided bigint not null,
    breached bigint not null
);
insert into published.complaint_company_edition (edition_id, slice_on, month_on, cut, code, decided, breached)
select
    d.edition_id,
    d.slice_on,
    cast(date_trunc('month', d.opened_on) as date) as month_on,
    t.cut,
    t.code,
    sum(d.decided) as decided,
    sum(d.breached) as breached
from published.complaint_company_by_day as d
cross join
    lateral (
        values
        ('all', null),
        ('category', d.category_code),
        ('severity', d.severity_code),
        ('channel', d.channel_code),
        ('cause', d.cause_code)
    ) as t (cut, code)
group by d.edition_id, d.slice_on, cast(date_trunc('month', d.opened_on) as date), t.cut, t.code;
drop table published.complaint_company_by_day;
select ops.open_edition('complaint_company', 'company_totals');
alter policy company_totals on published.complaint_company_edition using ((select access.sees_whole_company()));

-- Promises decided and broken of the whole company: one row per month of opening and code of a cut, as far as the person named
-- may know them. Who sees every branch may know them all. Others are told none where fewer than three branches are unseen to
-- them; else a row is told, and its counts are null if not, where what others than they have in it is nothing, or at least
-- twenty: what is not told of a month and cut is never less than that together, so that no total gives it away. Every row is
-- a whole month of one cut, so that no two of them differ by less than they say.
create function access.company_promises(refresh_id bigint, cut text, from_on date, until_on date)
returns table (month_on date, code text, decided bigint, breached bigint)
language sql stable security definer set search_path = ''
as $$
    with months as (
        select
            cast(date_trunc('month', company_promises.from_on) as date) as from_on,
            company_promises.until_on as until_on
    ),

    own as (
        select
            cast(date_trunc('month', c.opened_on) as date) as month_on,
            case company_promises.cut
                when 'category' then c.category_code
                when 'severity' then c.severity_code
                when 'channel' then c.channel_code
                when 'cause' then c.cause_code
            end as code,
            sum(c.sla_met + c.sla_breached_closed + c.sla_breached_open) as decided
        from published.complaint_cohort as c
        cross join months as m
        where
            c.refresh_id = company_promises.refresh_id
            and c.branch_id = any(array(select access.visible_branches()))
            and (m.from_on is null or c.opened_on >= m.from_on)
            and (m.until_on is null or c.opened_on < cast(date_trunc('month', m.until_on - 1) + interval '1 month' as date))
        group by 1, 2
    ),

    company as (
        select
            c.month_on,
            c.code,
            sum(c.decided) as decided,
            sum(c.breached) as breached
        from published.complaint_company as c
        cross join months as m
        where
            access.sees_company_totals()
            and c.refresh_id = company_promises.refresh_id
            and c.cut = company_promises.cut
            and (m.from_on is null or c.month_on >= m.from_on)
            and (m.until_on is null or c.month_on < m.until_on)
        group by c.month_on, c.code
    ),

    held_apart as (
        select
            c.month_on,
            c.code,
            c.decided,
            c.breached,
            c.decided - coalesce(o.decided, 0) as others
        from company as c
        left join own as o on c.month_on is not distinct from o.month_on and c.code is not distinct from o.code
    ),

    in_order as (
        select
            h.*,
            coalesce(sum(h.others) filter (where h.others < 20) over (partition by h.month_on), 0) as small_together,
            row_number() over (partition by h.month_on, h.others >= 20 order by h.others, h.code) as place
        from held_apart as h
    ),

    judged as (
        select
            i.*,
            i.others = 0 or (i.others >= 20 and (i.small_together not between 1 and 19 or i.place > 1)) as is_told
        from in_order as i
    )

    select
        j.month_on,
        j.code,
        cast(case when j.is_told then j.decided end as bigint) as decided,
        cast(case when j.is_told then j.breached end as bigint) as breached
    from judged as j
$$;
revoke all on function access.company_promises(bigint, text, date, date) from public;
grant execute on function access.company_promises(bigint, text, date, date) to reader;
