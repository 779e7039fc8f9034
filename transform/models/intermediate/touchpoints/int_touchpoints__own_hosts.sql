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
    select distinct {{ url_host('landing_page') }} as host
    from {{ ref('stg_web__touchpoints') }}
    {%- endif %}

)

select host
from hosts
where host <> ''
