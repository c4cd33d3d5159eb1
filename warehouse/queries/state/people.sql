-- One row per person whom the person named may look as: person, role_names; for most people none.
-- Why    looking as somebody needs a choice of people, and the grants are not for everybody to read.
select
    person,
    role_names
from access.people()
order by person
