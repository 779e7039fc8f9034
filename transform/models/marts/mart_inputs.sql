{%- set inputs = [
    ('charges', 'stg_stripe__charges', local_date('created_at')),
    ('leads', 'stg_web__leads', local_date('created_at')),
    ('touchpoints', 'stg_web__touchpoints', local_date('occurred_at')),
    ('ad_spend', 'int_spend__channels', 'spend_date'),
    ('experiments', 'stg_experiments__experiments', local_date('started_at')),
    ('experiment_exposures', 'stg_experiments__exposures', local_date('exposed_at')),
    ('fx_rates', 'stg_fx__rates', 'rate_date'),
] -%}
with counted as (

    {% for input, model, day in inputs -%}
    select
        '{{ input }}' as input,
        count(*) as row_count,
        min({{ day }}) as first_date,
        max({{ day }}) as last_date
    from {{ ref(model) }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% endfor %}

)

select * from counted
