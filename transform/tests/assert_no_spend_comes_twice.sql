-- Spend that was left out, since another source brought the same days of the same account, or of the same
-- platform where one of the two names no account.
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
