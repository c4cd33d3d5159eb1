-- Instants with an offset by the long way again.

create or replace function staging.as_instant(value text, date_order text, zone text) returns timestamptz
language sql stable parallel safe
return case
    when
        left(value, 2) in ('18', '19', '20', '21') and substr(value, 5, 1) in ('-', '/')
        and value ~ '^[0-9]+[-/][0-9]+[-/][0-9]+[ T]?[0-9:]*$'
        and (octet_length(value) <= 10 or length(split_part(value, ':', 2)) = 2)
        and pg_input_is_valid(value, 'timestamp')
        then value::timestamp at time zone zone
    else staging.read_instant(value, date_order, zone)
end;
