-- One row an answer with a comment, its words sealed; one row without any where they are refused.
-- Why    the function writes the audit row before it answers, and answers even where it refuses.
select
    answer,
    question_code,
    sealed_comment
from access.read_comments(:code, :reason)
