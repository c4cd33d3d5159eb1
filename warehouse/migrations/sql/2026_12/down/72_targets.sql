-- Without delivered targets: staging keeps them.

drop view gate.replaced_target;
drop view gate.figures_target;
drop view published.target;
drop table published.target_edition;
drop function access.visible_regions();
drop table curated.dim_target;
