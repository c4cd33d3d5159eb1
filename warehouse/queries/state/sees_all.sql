-- One row: whether the person sees every branch of the company.
-- Why    only then is all that they see the whole company.
select access.sees_whole_company() as sees_all
