{#- The newest version of each row, as the CTE `newest` on top of the CTE `source`. Only keys that
    occur twice are sorted: a table of millions without repetitions costs one count. -#}
{% macro newest_version(key, order_by, loaded=false) -%}
repeated as (

    select {{ key }} as repeated_key
    from source
    group by {{ key }}
    having count(*) > 1

),

ranked as (

    select
        source.*,
        1 as version_rank
    from source
    left join repeated
        on source.{{ key }} = repeated.repeated_key
    where repeated.repeated_key is null

    union all

    select
        source.*,
        row_number() over (
            partition by source.{{ key }}
            order by source.{{ order_by }} desc{{ stripe_apex.arrival_order() if loaded }}
        ) as version_rank
    from source
    inner join repeated
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
