-- Names that people give: one that cannot be seen cannot be told from another.

-- Whether a name has a letter that can be seen, no blank of any kind at either end, and none of what works on letters unseen:
-- control characters, what turns the direction of writing, what has no width.
create function access.is_name(asked text) returns boolean
language sql immutable set search_path = ''
return asked ~ U&'[^ \00a0\00ad\034f\115f\1160\1680\17b4\17b5\180b-\180f\2000-\200f\2028-\202f\205f-\206f\2800\3000\3164\fe00-\fe0f\feff\ffa0]'
and asked !~ U&'^[ \00a0\1680\2000-\200a\202f\205f\3000]|[ \00a0\1680\2000-\200a\202f\205f\3000]$'
and asked !~ U&'[\0001-\001f\007f-\009f\00ad\061c\180e\200b\200c\200e\200f\2028-\202e\2060-\206f\feff\fff9-\fffb\+0e0000-\+0e0fff]';

create function access.refuse_what_is_no_name() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if access.is_name(new.name) is not true then
        raise invalid_parameter_value using message = 'the name of a view has 1 to 60 characters on one line that can be seen';
    end if;
    return new;
end;
$$;
create trigger names_can_be_seen before insert on published.saved_view
for each row execute function access.refuse_what_is_no_name();

revoke all on function access.is_name(text) from public;
revoke all on function access.refuse_what_is_no_name() from public;
