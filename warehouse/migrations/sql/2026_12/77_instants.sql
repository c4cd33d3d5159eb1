-- An instant with an offset, the way most systems write it, is read at once, as one without is: by the long way it took most of what
-- staging takes.

create or replace function staging.as_instant(value text, date_order text, zone text) returns timestamptz
language sql stable parallel safe
return case
    when
        left(value, 2) in ('18', '19', '20', '21') and value like '____-__-__ __:__:__+__:__'
        and strpos(substr(value, 12), ' ') = 0 and strpos(left(value, 10), ' ') = 0
        and strpos(substr(value, 9), '-') = 0 and strpos(value, '.') = 0
        and pg_input_is_valid(value, 'timestamptz')
        then value::timestamptz
    when
        left(value, 2) in ('18', '19', '20', '21') and substr(value, 5, 1) in ('-', '/')
        and value ~ '^[0-9]+[-/][0-9]+[-/][0-9]+[ T]?[0-9:]*$'
        and (octet_length(value) <= 10 or length(split_part(value, ':', 2)) = 2)
        and pg_input_is_valid(value, 'timestamp')
        then value::timestamp at time zone zone
    else staging.read_instant(value, date_order, zone)
end;
