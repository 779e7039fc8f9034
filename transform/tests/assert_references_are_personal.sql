-- A reference that many people carry names nobody. A warning, as all sums are right.
{{ config(severity='warn') }}

select
    reference_key,
    reference_value,
    people
from {{ ref('int_references__shared') }}
