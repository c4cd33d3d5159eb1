-- One row: the number of the audit row that says what is being taken away.
-- Why    written before anything is made: what cannot be noted cannot be taken.
select access.note_export(:page, :form, :title, :scope, :refresh_id) as audit_id
