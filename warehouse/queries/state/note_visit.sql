-- One row: whether the person named may come in, which is written down.
-- Why    a row for whoever comes and for whoever is turned away, with the address that was claimed.
select access.note_visit(:claimed, cast(:signed_in_at as timestamptz)) as is_known
