-- Takes back 75_comments.sql.
drop function access.read_comments(text, text);
create or replace function access.change_nothing_as_others() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if access.onlooker() is null then
        return new;
    end if;
    if new.action not in ('export', 'contact card refused', 'view as refused') then
        raise insufficient_privilege using message = 'whoever looks as somebody else changes nothing';
    end if;
    new.detail := new.detail || jsonb_build_object('looking_as', access.person());
    new.person := access.onlooker();
    return new;
end;
$$;
alter table published.survey_score_edition drop column commented cascade;
alter table published.survey_case_edition drop column commented cascade;
select ops.view_edition('survey_score');
select ops.view_edition('survey_case');
drop function ops.view_edition(text);
alter table curated.fct_survey_answer drop column has_comment;
