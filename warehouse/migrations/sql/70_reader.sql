-- What Postgres lets every role do, and the reader has no use for: tables of its own while it is connected, and functions that
-- work for the loader. Said of this database alone; another's owner says it there.

do $$
begin
    execute format('revoke temporary on database %I from public', current_database());
end;
$$;
revoke all on function published.standings_touched(text, date, date, timestamptz, text) from public;
