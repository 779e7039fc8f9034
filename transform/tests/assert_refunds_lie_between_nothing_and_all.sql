-- Of each charge: what was kept and what was refunded are all that was captured, and neither is
-- negative.
select
    charge_id,
    gross_minor,
    refunded_minor,
    net_minor
from {{ ref('int_charges__priced') }}
where
    net_minor < 0
    or net_minor > gross_minor
    or refunded_minor + net_minor <> gross_minor
    or refunded_minor is null
