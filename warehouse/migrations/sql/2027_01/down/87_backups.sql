-- Without what 87_backups.sql added: the files of backups stay where they are.

drop table ops.backup;
