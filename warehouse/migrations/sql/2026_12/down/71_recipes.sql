drop table ops.recipe;
