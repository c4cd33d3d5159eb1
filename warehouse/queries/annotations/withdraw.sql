-- One row: the number of the note that is withdrawn.
select access.withdraw_annotation(:annotation_id) as annotation_id
