{#- What the var `own_hosts` says, else the hosts of all pages that were seen: the tracking snippet runs
    on the own sites alone. -#}
with hosts as (
    {% if var('own_hosts') %}
    {%- for host in var('own_hosts') %}
    select '{{ host }}' as host
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
    {%- else %}
    select host from {{ ref('base_web__landing_hosts') }}
    {%- endif %}

)

select host
from hosts
where host <> ''
