-- What tells of one customer: one row per feed and staged row.
-- Reads  staging.stg_customers, staging.stg_orders, staging.stg_leads, staging.stg_complaints, staging.stg_surveys and others
-- Why    a lead without a customer is the customer's by a telephone that no other customer has; a complaint is by its order, a
--        survey by its complaint, where they do not name anybody themselves.
with telephone as (
    select phone_hash
    from staging.stg_customers
    where customer_id = :customer and phone_hash is not null
    except
    select phone_hash
    from staging.stg_customers
    where customer_id <> :customer
    except
    select phone_hash
    from staging.stg_leads
    where customer_id <> :customer
),

lead as (
    select
        load_id,
        file_id,
        row_number,
        lead_id
    from staging.stg_leads
    where
        customer_id = :customer
        or (customer_id is null and phone_hash in (select t.phone_hash from telephone as t))
),

orders as (
    select
        load_id,
        file_id,
        row_number,
        order_id
    from staging.stg_orders
    where customer_id = :customer
),

complaint as (
    select
        load_id,
        file_id,
        row_number,
        complaint_id
    from staging.stg_complaints
    where
        customer_id = :customer
        or (customer_id is null and order_id in (select o.order_id from orders as o))
),

survey as (
    select
        load_id,
        file_id,
        row_number,
        invite_id
    from staging.stg_surveys
    where
        customer_id = :customer
        or (customer_id is null and complaint_id in (select c.complaint_id from complaint as c))
),

final as (
    select
        'customers' as feed,
        load_id,
        file_id,
        row_number,
        customer_id as code
    from staging.stg_customers
    where customer_id = :customer
    union all
    select
        'leads' as feed,
        load_id,
        file_id,
        row_number,
        lead_id as code
    from lead
    union all
    select
        'orders' as feed,
        load_id,
        file_id,
        row_number,
        order_id as code
    from orders
    union all
    select
        'complaints' as feed,
        load_id,
        file_id,
        row_number,
        complaint_id as code
    from complaint
    union all
    select
        'surveys' as feed,
        load_id,
        file_id,
        row_number,
        invite_id as code
    from survey
    union all
    select
        'survey_answers' as feed,
        load_id,
        file_id,
        row_number,
        invite_id as code
    from staging.stg_survey_answers
    where invite_id in (select s.invite_id from survey as s)
)

select *
from final
