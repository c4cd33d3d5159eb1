-- Currency rates of zero or less.
-- Reads  {batch}: gate.delivery_currency_rates
select
    currency,
    rate_on
from {batch}
where rate <= 0
