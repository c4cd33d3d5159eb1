-- One row: whether the person behind a case may be called, and if so the sealed name and phone.
-- Why    the function writes the audit row before it answers, and answers even where it refuses.
select
    answer,
    customer_code,
    sealed_name,
    sealed_phone
from access.contact_card(:kind, :code, :reason)
