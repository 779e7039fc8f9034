-- Ad platforms and channels of leads that the models do not know: their spend cannot stand beside the
-- revenue that it brought. A warning, as all sums are right.
{{ config(severity='warn') }}

select
    kind,
    name,
    currency,
    row_count,
    spend,
    remedy
from {{ ref('mart_unknown_names') }}
