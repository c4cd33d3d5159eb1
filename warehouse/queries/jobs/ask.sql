-- One row: the number of the job that the person asks for.
-- Why    the function checks that a steward asks, and writes the audit row.
select access.ask_job(:kind, cast(:details as jsonb)) as job_id
