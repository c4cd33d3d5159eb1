-- What every published table has in common, said once: `ops.open_edition` opens the table `published.<name>_edition` to
-- readers and to the gate.
--
-- published.<name>      what readers see: the editions that a refresh names, row security of the person who asks
-- gate.figures_<name>   the table as it would be with the candidate's editions in place; `is_new` marks what is new
-- gate.replaced_<name>  what readers see now of the slices that get a new edition
--
-- `visible_to`: own_branches (rows of a branch are seen by those who may see the branch), known_people (what holds no
-- branch is seen by everybody who may see anything) or company_totals (figures of the whole company, to compare with).

create function ops.open_edition(table_name text, visible_to text) returns void
language plpgsql
as $body$
declare
    edition text := table_name || '_edition';
    columns text;
begin
    select string_agg(format('t.%I', a.attname), ', ' order by a.attnum) into strict columns
    from pg_attribute as a
    where a.attrelid = format('published.%I', edition)::regclass and a.attnum > 0;

    execute format('create index on published.%I (edition_id, slice_on)', edition);
    execute format('alter table published.%I enable row level security', edition);
    execute format(
        'create policy %I on published.%I for select to reader using (%s)', visible_to, edition,
        case visible_to
            when 'own_branches' then 'branch_id = any(array(select access.visible_branches()))'
            when 'known_people' then '(select access.is_known())'
            when 'company_totals' then '(select access.sees_company_totals())'
        end
    );
    execute format(
        'create view published.%I with (security_invoker = true) as'
        ' select m.refresh_id, %s'
        ' from published.manifest as m'
        ' inner join published.%I as t on m.edition_id = t.edition_id and m.slice_on = t.slice_on'
        ' where m.table_name = %L', table_name, columns, edition, table_name
    );
    execute format(
        'create view gate.%I as'
        ' select %s, c.edition_id = c.refresh_id as is_new'
        ' from ops.candidate as c'
        ' inner join published.%I as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id'
        ' where c.table_name = %L', 'figures_' || table_name, columns, edition, table_name
    );
    execute format(
        'create view gate.%I as'
        ' select %s'
        ' from ops.candidate as c'
        ' inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on'
        ' inner join published.%I as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id'
        ' where c.table_name = %L and c.edition_id = c.refresh_id'
        ' and m.refresh_id = (select max(r.refresh_id) from published.refresh as r where r.state = ''passed'')',
        'replaced_' || table_name, columns, edition, table_name
    );
end;
$body$;
