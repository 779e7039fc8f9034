{#- The newest version of each row of a source, one that stands there twice included. Which keys do is
    asked once, in a table: mostly none, and then a reader of the staging view pays nothing for it,
    where a count in the view itself would cost each reader a pass over all rows. -#}

{#- The keys that occur more than once. -#}
{% macro repeated_keys(relation, key) -%}
    {{ return(adapter.dispatch('repeated_keys', 'stripe_apex')(relation, key)) }}
{%- endmacro %}

{% macro default__repeated_keys(relation, key) -%}
select {{ key }} as repeated_key
from {{ relation }} as source
group by {{ key }}
having count(*) > 1
{%- endmacro %}

{#- By hash first, which takes two thirds of the time: where no hash occurs twice, no key does, and the
    texts are not looked at. -#}
{% macro duckdb__repeated_keys(relation, key) -%}
with repeated_hashes as (

    select hash({{ key }}) as key_hash
    from {{ relation }} as source
    group by hash({{ key }})
    having count(*) > 1

)

select {{ key }} as repeated_key
from {{ relation }} as source
where hash({{ key }}) in (select key_hash from repeated_hashes)
group by {{ key }}
having count(*) > 1
{%- endmacro %}


{#- The newest version of each row, as the CTE `newest`; `relation` is named twice instead of being a
    CTE, which engines would copy whole. -#}
{% macro newest_version(relation, key, order_by, repeated, loaded=false) -%}
ranked as (

    select
        source.*,
        1 as version_rank
    from {{ relation }} as source
    left join {{ repeated }} as repeated
        on source.{{ key }} = repeated.repeated_key
    where repeated.repeated_key is null

    union all

    select
        source.*,
        row_number() over (
            partition by source.{{ key }}
            order by source.{{ order_by }} desc{{ stripe_apex.arrival_order() if loaded }}
        ) as version_rank
    from {{ relation }} as source
    inner join {{ repeated }} as repeated
        on source.{{ key }} = repeated.repeated_key

),

newest as (

    select * from ranked
    where version_rank = 1

)
{%- endmacro %}


{#- A lake keeps each version of a row that was ever loaded. Of two that became true in the same
    second, the one that came later is the newer. -#}
{% macro arrival_order() -%}
    {%- if target.type == 'spark' and env_var('APEX_LAKE', '') -%}
        , _sdc_batched_at desc, _sdc_sequence desc
    {%- endif -%}
{%- endmacro %}
