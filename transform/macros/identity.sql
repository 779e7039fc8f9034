{#- Whom links make one: CTEs of which the last, `labels`, has for each member the smallest member that is
    linked with it, as `label`. Each round passes the smallest one known so far one link on. `edges` is a
    relation of links, in both directions, in which every member has itself as a neighbour too. -#}
{% macro smallest_labels(edges, member, neighbour) -%}
{%- set rounds = var('identity_rounds') | int -%}
{{ 'round_0' if rounds else 'labels' }} as (

    select distinct
        {{ member }},
        {{ member }} as label
    from {{ edges }}

),

{% for number in range(1, rounds + 1) -%}
{{ 'labels' if number == rounds else 'round_' ~ number }} as (

    select
        {{ edges }}.{{ member }},
        min(known.label) as label
    from {{ edges }}
    inner join round_{{ number - 1 }} as known
        on {{ edges }}.{{ neighbour }} = known.{{ member }}
    group by {{ edges }}.{{ member }}

),
{% if not loop.last %}
{% endif -%}
{% endfor -%}
{%- endmacro %}
