-- Without spend there is no return on it, not an infinite one.
select *
from {{ ref('mart_channels') }}
where spend_minor <= 0 and (roas is not null or payback_months > 0)
