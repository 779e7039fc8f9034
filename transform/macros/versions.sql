{#- The newest version of each row, as the CTE `newest` on top of the CTE `source`. Only keys that
    occur twice are sorted: a table of millions without repetitions costs one count. -#}
{% macro newest_version(key, order_by) -%}
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
            partition by source.{{ key }} order by source.{{ order_by }} desc
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
