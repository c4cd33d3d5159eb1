-- How text becomes a value. Every function gives null for what does not fit and never raises; callers trim first.
-- The `as_` functions are short enough for Postgres to inline and take the common spellings; the rest is read in `read_`.
-- Regular expressions on the fast paths are plain loops: counted repeats cost Postgres several times as much per cell.

-- Full-width digits, letters and punctuation, and uncommon blanks, as their ASCII counterparts.
create function staging.half_width(value text) returns text
language sql immutable parallel safe
return case
    when octet_length(value) = char_length(value) then value
    else translate(
        value,
        '！＂＃＄＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～￥。'
        || U&'\3000\00A0\2007\2009\202F\2212',
        '!"#$&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~¥.'
        || '     -'
    )
end;

-- The cell without blanks at its ends: also no-break, ideographic and zero-width ones.
create function staging.trimmed(value text) returns text
language sql immutable parallel safe
return case
    when octet_length(value) = char_length(value) then btrim(value, E' \t\n\r\v\f')
    else btrim(
        value,
        E' \t\n\r\v\f' || U&'\0085\00A0\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\200B\2028\2029\202F\205F\3000\FEFF'
    )
end;

-- Upper and lower case, width and runs of blanks make no difference.
create function staging.folded(value text) returns text
language sql immutable parallel safe
return lower(regexp_replace(staging.half_width(value), '\s+', ' ', 'g'));

-- A number as people write it: thousands in groups (1,234.5 or 1.234,5 or 1 234,5), a currency sign, (5.00) for minus five.
create function staging.read_number(value text, decimal_mark text) returns numeric
language plpgsql immutable strict parallel safe
as $$
declare
    plain constant text := btrim(staging.half_width(value));
    mark constant text := case decimal_mark when ',' then ',' else '[.]' end;
    grouping constant text := case decimal_mark when ',' then '[. '']' else '[, '']' end;
    parts text[];
begin
    if length(plain) > 60 then
        return null;
    end if;
    parts := regexp_match(
        plain,
        '^([(]?)([-+]?)\s?(?:R[$]|[$€£¥])?\s?'
        || '([0-9]+|[0-9]{1,3}(?:(' || grouping || ')[0-9]{3}(?:\4[0-9]{3})*)|(?=' || mark || '[0-9]))'
        || '(?:' || mark || '([0-9]*))?(e[-+]?[0-9]{1,2})?\s?(?:[$€£¥元])?([)]?)$',
        'i'
    );
    if parts is null or (parts[1] = '(') <> (parts[7] = ')') or (parts[1] = '(' and parts[2] <> '') then
        return null;
    end if;
    return (
        case when parts[1] = '(' or parts[2] = '-' then '-' else '' end
        || coalesce(nullif(regexp_replace(parts[3], '[^0-9]', '', 'g'), ''), '0')
        || coalesce('.' || nullif(parts[5], ''), '')
        || coalesce(parts[6], '')
    )::numeric;
end
$$;

create function staging.as_number(value text, decimal_mark text) returns numeric
language sql immutable parallel safe
return case
    when decimal_mark = '.' and octet_length(value) <= 40 and value ~ '^-?[0-9]+[.]?[0-9]*$' then value::numeric
    else staging.read_number(value, decimal_mark)
end;

create function staging.whole(value numeric) returns bigint
language sql immutable parallel safe
return case when value = trunc(value) and abs(value) < 9223372036854775807 then value::bigint end;

create function staging.as_boolean(value text) returns boolean
language sql immutable parallel safe
return case
    when lower(staging.half_width(value)) in ('true', 't', 'yes', 'y', '1', '1.0', 'on', '是', '对', '真', '有', '√', '✓', '✔') then true
    when lower(staging.half_width(value)) in ('false', 'f', 'no', 'n', '0', '0.0', 'off', '否', '不是', '错', '假', '没有', '×', '✗', '✘') then false
end;

-- A time of day as `hh:mm:ss`: 9:00, 09:00:30.5, 9:05 PM, 上午9:00, 下午2时30分. 24:00 is the end of the day.
create function staging.read_clock(value text) returns text
language plpgsql immutable strict parallel safe
as $$
declare
    parts constant text[] := regexp_match(
        value,
        '^(上午|下午|凌晨|[ap]m\M)?\s*([0-9]{1,2})(?:[:时点]([0-9]{2}|[0-9](?=分))(?:[:分]([0-9]{2}|[0-9](?=秒))(?:[.,]([0-9]{1,9}))?)?)?([时点分秒]?)\s*([ap][.]?m[.]?)?$',
        'i'
    );
    half constant text := lower(left(translate(coalesce(parts[1], parts[7]), '上凌下', 'aap'), 1));
    hour int := parts[2];
    minute text;
    second text;
begin
    if parts is null or (parts[1] is not null and parts[7] is not null)
        or (parts[3] is null and half is null and parts[6] not in ('时', '点'))
        or (half is not null and (hour > 12 or (hour = 0 and half = 'p'))) then
        return null;
    end if;
    hour := case when half = 'p' and hour < 12 then hour + 12 when half = 'a' and hour = 12 then 0 else hour end;
    minute := lpad(coalesce(parts[3], '0'), 2, '0');
    second := lpad(coalesce(parts[4], '0'), 2, '0');
    if hour > 24 or minute > '59' or second > '59' or (hour = 24 and minute || second || coalesce(parts[5], '') ~ '[1-9]') then
        return null;
    end if;
    return lpad(hour::text, 2, '0') || ':' || minute || ':' || second || coalesce('.' || parts[5], '');
end
$$;

create function staging.read_time(value text) returns time
language plpgsql immutable strict parallel safe
as $$
declare
    clock constant text := staging.read_clock(staging.half_width(value));
begin
    if clock is null and value ~ '^0?[.][0-9]{1,17}$' then
        return time '00:00' + make_interval(secs => round(value::numeric * 86400000)::double precision / 1000);
    end if;
    return clock::time;
end
$$;

create function staging.as_time(value text) returns time
language sql immutable parallel safe
return case
    when value ~ '^[01][0-9]:[0-5][0-9]$' or value ~ '^[01][0-9]:[0-5][0-9]:[0-5][0-9]$' then value::time
    else staging.read_time(value)
end;

-- The number (1 to 12) of an English month by its name, its first three letters or `sept`; null for another word.
create function staging.month_number(month_name text) returns int
language sql immutable strict parallel safe
return case
    when lower(month_name) = 'sept' then 9
    else coalesce(
        array_position(array['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'], lower(month_name)),
        array_position(
            array[
                'january', 'february', 'march', 'april', 'may', 'june',
                'july', 'august', 'september', 'october', 'november', 'december'
            ],
            lower(month_name)
        )
    )
end;

-- The four-digit year; of two digits, 69 to 99 are nineteen hundreds, as in POSIX.
create function staging.century(year text) returns text
language sql immutable strict parallel safe
return case when length(year) = 4 then year when year >= '69' then '19' || year else '20' || year end;

-- A moment as ISO 8601 (`yyyy-mm-dd hh:mm:ss`, with an offset where the text has one), not yet checked against the calendar.
-- `date_order` decides what no text can say: dmy, mdy; yymmdd, ddmmyy, mmddyy (two-digit years); auto refuses what is ambiguous.
create function staging.read_moment(value text, date_order text) returns text
language plpgsql immutable strict parallel safe
as $$
declare
    plain text := btrim(staging.half_width(value));
    parts text[];
    year text;
    month text;
    day text;
    rest text;
    zone text := '';
    clock text;
begin
    if length(plain) > 60 then
        return null;
    end if;
    if plain ~ '期|周|^[A-Za-z]' then
        plain := regexp_replace(plain, '\s*(星期|周)[一二三四五六日天]\s*', ' ');
        plain := regexp_replace(plain, '^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+', '', 'i');
    end if;

    parts := regexp_match(plain, '^([0-9]{4})[-/.年]\s?([0-9]{1,2})[-/.月]\s?([0-9]{1,2})(?:(日)|(?![0-9]))(.*)$');
    if parts is not null then
        year := parts[1];
        month := parts[2];
        day := parts[3];
        rest := case when parts[4] = '日' then ' ' else '' end || parts[5];
    end if;
    if year is null and date_order in ('dmy', 'mdy', 'ddmmyy', 'mmddyy', 'yymmdd') then
        parts := regexp_match(plain, '^([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])(.*)$');
        if parts is not null and length(parts[4]) <> (case when date_order in ('dmy', 'mdy') then 4 else length(parts[4]) end)
            or (date_order = 'yymmdd' and length(parts[4]) = 4) then
            return null;
        elsif parts is not null then
            year := staging.century(case date_order when 'yymmdd' then lpad(parts[1], 2, '0') else parts[4] end);
            month := case when date_order in ('mdy', 'mmddyy') then parts[1] else parts[3] end;
            day := case date_order when 'yymmdd' then parts[4] when 'mdy' then parts[3] when 'mmddyy' then parts[3] else parts[1] end;
            rest := parts[5];
        end if;
    end if;
    if year is null then
        parts := regexp_match(plain, '^([0-9]{4})([0-9]{2})([0-9]{2})(?:[T ]?([0-9]{2})([0-9]{2})([0-9]{2})?)?(?![0-9])(.*)$');
        if parts is not null then
            year := parts[1];
            month := parts[2];
            day := parts[3];
            rest := coalesce(' ' || parts[4] || ':' || parts[5] || coalesce(':' || parts[6], ''), '') || parts[7];
        end if;
    end if;
    if year is null and date_order in ('yymmdd', 'ddmmyy', 'mmddyy') then
        parts := regexp_match(plain, '^([0-9]{2})([0-9]{2})([0-9]{2})(?![0-9])(.*)$');
        if parts is not null then
            year := staging.century(case date_order when 'yymmdd' then parts[1] else parts[3] end);
            month := case date_order when 'mmddyy' then parts[1] else parts[2] end;
            day := case date_order when 'yymmdd' then parts[3] when 'ddmmyy' then parts[1] else parts[2] end;
            rest := parts[4];
        end if;
    end if;
    if year is null and plain ~* '[a-z]{3}' then
        parts := regexp_match(plain, '^([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]+([a-z]{3,9})[.]?[-/., ]+([0-9]{4})(?![0-9])(.*)$', 'i');
        if parts is null then
            parts := regexp_match(plain, '^([a-z]{3,9})[.]?[- ]+([0-9]{1,2})(?:st|nd|rd|th)?,?[- ]+([0-9]{4})(?![0-9])(.*)$', 'i');
            parts := array[parts[2], parts[1], parts[3], parts[4]];
        end if;
        year := parts[3];
        month := staging.month_number(parts[2])::text;
        day := parts[1];
        rest := parts[4];
    end if;
    if year is null and date_order not in ('yymmdd', 'ddmmyy', 'mmddyy')
        and plain ~ (case date_order when 'excel' then '^[1-9][0-9]{0,5}([.][0-9]+)?$' else '^[1-9][0-9]{4}([.][0-9]+)?$' end)
        and plain::numeric >= 61 and plain::numeric < 110000 then
        return to_char(
            timestamp '1899-12-30 00:00' + round(plain::numeric * 86400000)::bigint * interval '1 millisecond',
            'YYYY-MM-DD HH24:MI:SS.MS'
        );
    end if;
    if year is null or month is null or year not between '1800' and '2199' then
        return null;
    end if;

    if rest <> '' and rest !~ '^[T,\s]' then
        return null;
    end if;
    rest := regexp_replace(rest, '^[T,\s]+', '');
    if rest <> '' then
        if rest ~ '[-+ZTC]' then
            zone := coalesce(substring(rest from '[-+][0-9]{2}(?::?[0-9]{2})?$'), case when rest ~ '(Z|UTC|GMT)$' then '+00' end, '');
            rest := regexp_replace(rest, '\s*(Z|UTC|GMT|(UTC|GMT)?\s?[-+][0-9]{2}(:?[0-9]{2})?)$', '');
        end if;
        clock := staging.read_clock(rest);
        if clock is null then
            return null;
        end if;
    end if;
    return year || '-' || lpad(month, 2, '0') || '-' || lpad(day, 2, '0') || ' ' || coalesce(clock, '00:00:00') || zone;
end
$$;

create function staging.read_instant(value text, date_order text, zone text) returns timestamptz
language plpgsql stable strict parallel safe
as $$
declare
    day constant text := split_part(value, ' ', 1);
    moment text;
begin
    if date_order in ('mdy', 'dmy') and length(split_part(day, '/', 3)) = 4
        and value ~ '^[0-9]+/[0-9]+/[0-9]+ ?[0-9:]* ?[APM]*$' then
        moment := split_part(day, '/', 3)
            || '-' || split_part(day, '/', case date_order when 'mdy' then 1 else 2 end)
            || '-' || split_part(day, '/', case date_order when 'mdy' then 2 else 1 end)
            || substr(value, length(day) + 1);
        if left(moment, 2) in ('18', '19', '20', '21') and (length(value) = length(day) or strpos(value, ':') > 0)
            and pg_input_is_valid(moment, 'timestamp') then
            return moment::timestamp at time zone zone;
        end if;
    end if;
    if left(value, 2) in ('18', '19', '20', '21')
        and value ~ '^[0-9]+-[0-9]+-[0-9]+[ T][0-9]+:[0-9]+:[0-9.]+[-+Z][0-9:]*$' and pg_input_is_valid(value, 'timestamptz') then
        return value::timestamptz;
    end if;
    moment := staging.read_moment(value, date_order);
    if substr(moment, 20) ~ '[-+]' then
        return case when pg_input_is_valid(moment, 'timestamptz') then moment::timestamptz end;
    end if;
    return case when pg_input_is_valid(moment, 'timestamp') then moment::timestamp at time zone zone end;
end
$$;

-- An instant. Local times without an offset are read in `zone`; a date alone is its midnight there.
create function staging.as_instant(value text, date_order text, zone text) returns timestamptz
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

create function staging.read_date(value text, date_order text) returns date
language plpgsql stable strict parallel safe
as $$
declare
    moment constant text := staging.read_moment(value, date_order);
begin
    return case when pg_input_is_valid(left(moment, 10), 'date') then left(moment, 10)::date end;
end
$$;

-- A day; a time of day beside it is left off (it is the local day that was meant).
create function staging.as_date(value text, date_order text) returns date
language sql stable parallel safe
return case
    when
        octet_length(value) <= 10 and left(value, 2) in ('18', '19', '20', '21') and substr(value, 5, 1) in ('-', '/')
        and value ~ '^[0-9]+[-/][0-9]+[-/][0-9]+$' and pg_input_is_valid(value, 'date')
        then value::date
    else staging.read_date(value, date_order)
end;

-- The first day of a month (2026-03, 2026/3, 2026年3月, 202603) or of the day's own reading.
create function staging.as_month(value text, date_order text) returns date
language plpgsql stable strict parallel safe
as $$
declare
    parts constant text[] := regexp_match(staging.half_width(value), '^(1[89][0-9]{2}|2[01][0-9]{2})(?:[-/.年]\s?(0?[1-9]|1[0-2])月?|(0[1-9]|1[0-2]))$');
begin
    if parts is not null then
        return make_date(parts[1]::int, coalesce(parts[2], parts[3])::int, 1);
    end if;
    return staging.as_date(value, date_order);
end
$$;

-- A refused value as people may see it: at most 200 characters, without what looks like a phone number or an e-mail address.
create function staging.shown(value text) returns text
language sql immutable strict parallel safe
return left(
    regexp_replace(
        value,
        '[[:alnum:]._-]+@[[:alnum:]-]+[.][[:alnum:].]+|[+][0-9][0-9 ().-]{6,18}[0-9]|(?<![0-9])1[3-9][0-9]{9}(?![0-9])'
        || '|(?<![0-9])[(]?0?[0-9]{2,4}[)]?[ -]{1,2}[0-9]{3,4}[ -]?[0-9]{4}(?![0-9])|(?<![0-9])[0-9]{10,11}(?![0-9])',
        '•••',
        'g'
    ),
    200
);
