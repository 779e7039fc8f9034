-- A currency that the var `margin_percent` does not name has no margin, and its ratios are null.
select
    currency,
    count(*) as charges
from {{ ref('fct_revenue') }}
where basis_minor is null
group by currency
