-- Sums of published tables, at the grain at which pages ask: months, branches and codes add up to far fewer rows than there are
-- days, however many customers a company has.
--
-- published.<name>_sums_edition  the rows of an edition added up, once for each grain that is kept
-- published.<name>_sums          what readers see: those, and the rows themselves as grain `rows`
--
-- A grain says whose rows are added up (`company`: all branches, for who sees every branch; `branch`), in what time (`month`,
-- called by its first day, or `day`), and which codes they still have: `branch month source_code`. Columns that are no code of
-- any grain (buckets, marks, questions) stay as they are. A region is a code of the whole company.

create table ops.sums (
    table_name text primary key,
    day_column text,
    grains text[] not null,
    measures text[] not null,
    left_out text[] not null
);

-- Add up an edition of a table: of the slices named, or (null) of all that it has. Returns the rows written; none for a table
-- of which no sums are kept.
create function ops.write_sums(name text, edition bigint, slices date[]) returns bigint
language plpgsql
as $body$
declare
    told ops.sums;
    codes text[];
    columns text;
    given text;
    kept text;
    added text;
    sets text;
    code_in_name text;
    span text;
    rows_written bigint;
    written bigint := 0;
begin
    select s.* into told from ops.sums as s where s.table_name = name;
    if not found then
        return 0;
    end if;
    select coalesce(array_agg(distinct c.code), '{}') || told.left_out into codes
    from unnest(told.grains) as g (grain)
    cross join unnest((string_to_array(g.grain, ' '))[3:]) as c (code);

    foreach span in array '{month, day}'::text[] loop
        select
            string_agg(format('(%s)', array_to_string(array[
                '%1$s',
                case when g.grain like 'branch %' then 'b.branch_id, b.region_id' end,
                'b.' || nullif(array_to_string((string_to_array(g.grain, ' '))[3:], ', b.'), '')
            ], ', ')), ', '),
            ' || case' || string_agg(distinct format(
                ' when grouping(b.%I) = 0 then %L', split_part(g.grain, ' ', 3), substring(g.grain from '[^ ]+ [^ ]+( .+)')
            ), '') filter (where g.grain like '% % %') || ' else '''' end'
        into sets, code_in_name
        from unnest(told.grains) as g (grain)
        where split_part(g.grain, ' ', 2) = span;
        continue when sets is null;

        select
            string_agg(format('%I', a.attname), ', ' order by a.attnum),
            string_agg(
                case
                    when a.attname = told.day_column and span = 'month'
                        then format('date_trunc(''month'', t.%I)::date as %I', a.attname, a.attname)
                    else format('t.%I', a.attname)
                end, ', ' order by a.attnum
            ),
            string_agg(
                case
                    when a.attname = any(codes || '{branch_id, region_id}') and sets !~ format('b\.%I\M', a.attname)
                        then format('cast(null as %s)', format_type(a.atttypid, a.atttypmod))
                    when a.attname = any(told.measures) then format('sum(b.%I)', a.attname)
                    else format('b.%I', a.attname)
                end, ', ' order by a.attnum
            ),
            string_agg(format('b.%I', a.attname), ', ' order by a.attnum) filter (
                where a.attname <> all(told.measures || codes || '{branch_id, region_id}')
            )
        into strict columns, given, added, kept
        from pg_attribute as a
        where
            a.attrelid = format('published.%I', name || '_edition')::regclass
            and a.attnum > 0 and not a.attisdropped and a.attname <> 'edition_id';
        execute format(
            'insert into published.%I (edition_id, grain, %s)'
            ' select $1, %s || %L%s, %s'
            ' from (select %s from published.%I as t'
            ' where t.edition_id = $1 and ($2 is null or t.slice_on = any($2)) and t.branch_id is not null) as b'
            ' group by grouping sets (%s)',
            name || '_sums_edition', columns,
            case
                when sets like '%b.branch_id%' then 'case when grouping(b.branch_id) = 1 then ''company'' else ''branch'' end'
                else '''company'''
            end,
            ' ' || span, coalesce(code_in_name, ''), added, given, name || '_edition', format(sets, kept)
        ) using edition, slices;
        get diagnostics rows_written = row_count;
        written := written + rows_written;
    end loop;
    return written;
end;
$body$;

-- Keep these sums of a table from now on, and of what it has. Without `day_column` its slices are its months. `measures` are what
-- is added; where not named, all that is counted or measured. `left_out` are codes that no grain has.
create function ops.open_sums(
    name text, day_column text, grains text[], measures text[] default null, left_out text[] default '{}'
) returns void
language plpgsql
as $body$
declare
    sums text := name || '_sums_edition';
    columns text;
    counted text[];
begin
    select
        string_agg(format('t.%I', a.attname), ', ' order by a.attnum),
        array_agg(a.attname::text) filter (where a.atttypid in ('bigint'::regtype, 'numeric'::regtype, 'float8'::regtype))
    into strict columns, counted
    from pg_attribute as a
    where
        a.attrelid = format('published.%I', name || '_edition')::regclass
        and a.attnum > 0 and not a.attisdropped and a.attname <> 'edition_id';
    insert into ops.sums (table_name, day_column, grains, measures, left_out)
    values (name, day_column, grains, coalesce(measures, counted), left_out);

    execute format(
        'create table published.%I as select cast(null as bigint) as edition_id, cast(null as text) as grain, %s'
        ' from published.%I as t with no data', sums, columns, name || '_edition'
    );
    execute format(
        'alter table published.%I alter edition_id set not null, alter grain set not null, alter slice_on set not null', sums
    );
    execute format('create index on published.%I (edition_id, slice_on, grain)', sums);
    execute format('alter table published.%I enable row level security', sums);
    execute format(
        'create policy own_sums on published.%I for select to reader using ('
        'branch_id = any(array(select access.visible_branches()))'
        ' or (branch_id is null and (select access.sees_whole_company())))', sums
    );
    execute format(
        'create view published.%I with (security_invoker = true) as'
        ' select m.refresh_id, ''rows''::text as grain, %s from published.manifest as m'
        ' inner join published.%I as t on m.edition_id = t.edition_id and m.slice_on = t.slice_on where m.table_name = %L'
        ' union all'
        ' select m.refresh_id, t.grain, %s from published.manifest as m'
        ' inner join published.%I as t on m.edition_id = t.edition_id and m.slice_on = t.slice_on where m.table_name = %L',
        name || '_sums', columns, name || '_edition', name, columns, sums, name
    );
    execute format(
        'select ops.write_sums(%L, e.edition_id, null) from (select distinct edition_id from published.%I) as e',
        name, name || '_edition'
    );
end;
$body$;

select ops.open_sums(
    'order_day', 'ordered_on',
    '{
        company month, company month product_line, branch month, branch month product_line, company day, branch day
    }'
);
select ops.open_sums('return_day', 'returned_on', '{company month, company month product_line, branch month}');
select ops.open_sums('attribution_day', 'ordered_on', '{company month, company month product_line, branch month}');
select ops.open_sums('cost_month', null, '{company month, company month source_code, branch month}');
select ops.open_sums('first_touch_month', null, '{company month, company month source_code, branch month}');
select ops.open_sums(
    'lead_day', 'collected_on',
    '{
        company month, company month source_code, branch month, branch month source_code, company day,
        company day source_code, branch day
    }'
);
select ops.open_sums('lead_wait', 'collected_on', '{company month, company month source_code}');
select ops.open_sums('lead_call', 'collected_on', '{company day, company day source_code}');
select ops.open_sums('lead_mark', 'collected_on', '{company month, company month source_code, branch month, company day}');
select ops.open_sums('lead_owner', 'assigned_on', '{company day, company day source_code, branch day}');
select ops.open_sums('call_day', 'started_on', '{company month, branch month}');
select ops.open_sums('call_duration', 'started_on', '{company month, company month purpose_code, branch month}');
select ops.open_sums(
    'complaint_cohort', 'opened_on',
    '{
        company month, company month category_code, company month severity_code, company month channel_code,
        company month cause_code gap_code, branch month, branch month category_code, branch month severity_code,
        branch month channel_code, branch month cause_code gap_code, company day, company day opened_hour,
        branch day
    }'
);
select ops.open_sums(
    'complaint_duration', 'opened_on',
    '{company month bucket, company month target_bucket, branch month bucket, branch month target_bucket}',
    left_out => '{category_code, severity_code, channel_code}'
);
select ops.open_sums(
    'complaint_daily', 'on_date', '{company month, branch month, company day, branch day}',
    left_out => '{category_code, severity_code, channel_code}'
);
select ops.open_sums(
    'complaint_resolved', 'resolved_on', '{company day, branch day}',
    left_out => '{category_code, severity_code, channel_code, cause_code}'
);
select ops.open_sums(
    'survey_cohort', 'sent_on', '{company day, company day method_code, company day wave_code, branch day}'
);
select ops.open_sums(
    'survey_score', 'sent_on',
    '{
        company month, company month method_code, company month wave_code, branch month
    }', '{answers, commented}'
);
select ops.open_sums('survey_moment', null, '{company month, company month method_code}');
select ops.open_sums('pareto', null, '{company month}');
select ops.open_sums('segment_move', null, '{company month, company month customer_kind}');
select ops.open_sums('segment_apostle', null, '{company month, company month customer_kind}');
select ops.open_sums('survey_stratum', 'sent_on', '{company month region_id}');
select ops.open_sums('survey_population', null, '{company month region_id}');

-- Of a survey a page asks one question.
create index on published.survey_score_sums_edition (edition_id, slice_on, grain, question_code);
