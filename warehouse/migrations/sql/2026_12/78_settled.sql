-- What a refresh settles by itself, how recognised files are read again, and what there is nothing to judge of.

-- The refresh whose delivery decided the setting; none where somebody did. What only a dry run decided goes with it.
alter table published.setting add column settled_by bigint references published.refresh;

-- Files that were recognised whatever they are called: by name, the pattern of the mapping that reads them.
alter table ops.recipe add column read_as jsonb not null default '{}';

-- A file without rows waits for no gate: it would have held its feed for ever, once the next one came.
update published.load_feed
set state = 'passed', held_since = null, held_by = '{}'
where accepted + quarantined = 0 and state in ('staged', 'held');
