-- One row: whether the person named may look as `somebody`, which is written down.
-- Why    the function writes the audit row before it answers, and answers even where it refuses.
select access.view_as(:somebody) as is_given
