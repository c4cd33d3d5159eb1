do $$
begin
    execute replace(pg_get_functiondef('curated.measured'::regproc), '(o.customer_id = d.customer_id)', '(o.customer_id = p.customer_id)');
end;
$$;
