drop table ops.brought;
drop table ops.reached;
