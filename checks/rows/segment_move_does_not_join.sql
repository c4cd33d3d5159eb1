-- Customers who left a cell in a month made anew, but did not stand in it the month before, or the other way round.
-- Reads  {batch}: gate.figures_segment_move
-- Why    both months are of the home branch and kind that customers have now, so they agree branch by branch.
with
figures as (
    select *
    from {batch}
),

came as (
    select
        slice_on,
        matrix,
        branch_id,
        customer_kind,
        from_cell as cell,
        sum(customers) as customers
    from figures
    where is_new and from_cell <> 'new'
    group by slice_on, matrix, branch_id, customer_kind, from_cell
),

new_slice as (
    select distinct slice_on
    from figures
    where is_new
),

stood as (
    select
        n.slice_on,
        f.matrix,
        f.branch_id,
        f.customer_kind,
        f.to_cell as cell,
        sum(f.customers) as customers
    from figures as f
    inner join new_slice as n on f.slice_on = cast(n.slice_on - interval '1 month' as date)
    where f.to_cell <> 'gone'
    group by n.slice_on, f.matrix, f.branch_id, f.customer_kind, f.to_cell
),

together as (
    select * from came
    union all
    select
        slice_on,
        matrix,
        branch_id,
        customer_kind,
        cell,
        -customers as customers
    from stood
)

select
    slice_on,
    matrix,
    branch_id,
    customer_kind,
    cell,
    sum(customers) as came_less_stood
from together
group by slice_on, matrix, branch_id, customer_kind, cell
having sum(customers) <> 0
