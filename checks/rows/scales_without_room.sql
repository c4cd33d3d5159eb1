-- Answers on a scale whose ends are the same.
-- Reads  {batch}: gate.delivery_survey_answers
select
    invite_id,
    question_code
from {batch}
where scale_min >= scale_max
