-- One row: the number of the view that was saved, new or in place of the one of that name.
select access.save_view(:page, :name, cast(:address as jsonb), :shared_with) as view_id
