-- What readers of this refresh see, slice by slice.
insert into published.manifest (refresh_id, table_name, slice_on, edition_id)
select
    refresh_id,
    table_name,
    slice_on,
    edition_id
from ops.candidate
where refresh_id = :refresh_id
