-- Refused values of files with personal columns: what of them people may see.

-- A key or code as it is, but for telephones; of everything else its shape alone (`≈xx`: letters as x, digits as 9), as it may be
-- somebody's name in the wrong column. `is_code`: a plain word of small letters is a code, too.
create function staging.shown_of_people(value text, is_code boolean) returns text
language sql immutable strict parallel safe
return case
    when value ~ '^≈' then left(value, 41)
    when value ~ '^[!-?A-~]{0,60}[0-9][!-?A-~]{0,60}$' or (is_code and value ~ '^[a-z][a-z0-9_]{0,39}$') then staging.shown(value)
    when value = '' then value
    else '≈' || regexp_replace(regexp_replace(left(value, 40), '[0-9]', '9', 'g'), '[^\x01-@[-`{-\x7f]', 'x', 'g')
end;
