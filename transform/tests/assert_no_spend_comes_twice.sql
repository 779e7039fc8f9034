-- Days of an account that two sources brought: one of them was left out.
{{ config(severity='warn') }}

select
    platform,
    account_id,
    origin,
    left_out_for,
    currency,
    min(spend_date) as first_date,
    max(spend_date) as last_date,
    sum(spend) as spend
from {{ ref('int_spend__taken') }}
where left_out_for is not null
group by platform, account_id, origin, left_out_for, currency
