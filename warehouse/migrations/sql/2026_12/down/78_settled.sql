alter table ops.recipe drop column read_as;
alter table published.setting drop column settled_by;
