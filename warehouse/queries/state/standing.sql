-- queries.state.standing
-- One row: what the person may see, and what is published.
-- Reads  published.current, published.refresh, published.setting
-- Why    asked at every click, so that a revoked grant ends at the next one.

select
    array(select r from access.roles() as r order by r) as roles,
    array(select b from access.visible_branches() as b order by b) as branches,
    c.refresh_id,
    r.published_at,
    coalesce((select s.value from published.setting as s where s.name = 'reporting_zone'), 'UTC') as zone,
    coalesce((select s.value from published.setting as s where s.name = 'reporting_currency'), 'CNY') as currency,
    (select s.value from published.setting as s where s.name = 'company') as company
from (select 1) as one
left join published.current as c on true
left join published.refresh as r on c.refresh_id = r.refresh_id;
