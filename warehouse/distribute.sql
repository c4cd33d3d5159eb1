-- Gives what works on tables a body in PL/pgSQL: Citus cannot plan the parameters of a function in SQL. Volatile, or a worker
-- would be asked to call it; and with a column in every row, since one without cannot be sent from one server to another.
do $$
declare
    in_sql record;
begin
    for in_sql in
        select pg_get_functiondef(p.oid) as definition
        from pg_proc as p
        inner join pg_language as l on p.prolang = l.oid
        where
            l.lanname = 'sql'
            and p.proretset
            and not p.prosecdef
            and p.provolatile = 's'
            and p.pronamespace in ('curated'::regnamespace, 'gate'::regnamespace, 'published'::regnamespace)
    loop
        execute regexp_replace(
            regexp_replace(
                regexp_replace(in_sql.definition, '\n LANGUAGE sql\n STABLE( PARALLEL SAFE)?', E'\n LANGUAGE plpgsql\n VOLATILE'),
                'SELECT\s+FROM', 'SELECT 1 FROM', 'g'
            ),
            'BEGIN ATOMIC\n(.*)\nEND\n$',
            E'AS $body$\n#variable_conflict use_column\nbegin\nreturn query\n\\1\nend;\n$body$'
        );
    end loop;
end;
$$
