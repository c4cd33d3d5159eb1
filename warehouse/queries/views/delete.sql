-- One row: the number of the view that was deleted.
select access.delete_view(:view_id) as view_id
