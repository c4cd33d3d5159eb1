-- Customers of the matrices without fields and places; their indexes go with the columns.

drop view published.segment_customer_sums;
drop table published.segment_customer_sums_edition;
delete from ops.sums
where table_name = 'segment_customer';

drop view published.segment_customer;
drop view gate.figures_segment_customer;
drop view gate.replaced_segment_customer;
alter table published.segment_customer_edition
drop column portfolio_field_x,
drop column portfolio_field_y,
drop column value_tier_field_x,
drop column value_tier_field_y,
drop column distributor_field_x,
drop column distributor_field_y,
drop column apostle_field_x,
drop column apostle_field_y,
drop column portfolio_place,
drop column value_tier_place,
drop column distributor_place,
drop column apostle_place,
drop column customers;

select ops.view_edition('segment_customer');
do $$
begin
    execute format(
        'create or replace view published.segment_customer with (security_invoker = true) as %s',
        regexp_replace(pg_get_viewdef('published.segment_customer'::regclass), '\mt\.slice_on,', 'm.slice_on,', 'g')
    );
end;
$$;
drop function curated.field(double precision, double precision, boolean);
