-- How the files of a load were read, so that they can be read again from landing.

-- One row per load: the text of its mapping (none: our own columns, with this zone and currency), and the files of earlier
-- loads that lay beside it, in which it looks things up.
create table ops.recipe (
    load_id bigint primary key references published.load on delete cascade,
    mapping_text text,
    zone text not null,
    currency text,
    beside bigint[] not null default '{}'
);
