do $$
declare
    name text;
begin
    for name in select s.table_name from ops.sums as s loop
        execute format('drop view published.%I', name || '_sums');
        execute format('drop table published.%I', name || '_sums_edition');
    end loop;
end;
$$;
drop function ops.open_sums(text, text, text[], text[], text[]);
drop function ops.write_sums(text, bigint, date[]);
drop table ops.sums;
