-- Who is in no file is looked up among the orders of the customer, as curated.measured joins everything else: by customers of
-- dim_customer, not of an answer that was added up, which servers that share the rows of customers (Citus) cannot.

do $$
begin
    execute replace(pg_get_functiondef('curated.measured'::regproc), '(o.customer_id = p.customer_id)', '(o.customer_id = d.customer_id)');
end;
$$;
