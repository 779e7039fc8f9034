{#- Spend beside what its own visits have brought so far: revenue stands in the month of the touch, not in
    that of the charge. What no touch takes has no such month and stands apart in that of its charge, so
    that nothing is missing from the total. -#}
{%- set models = var('attribution_models') -%}
{%- set place = ['position', 'path_length', 'is_last_non_direct'] -%}
{%- set credited = {
    'revenue_minor': 'net_reporting_minor',
    'kept_minor': 'kept_reporting_minor',
    'basis_minor': basis_column('reporting_minor'),
    'micros': 'cast(1000000 as bigint)',
} -%}
{%- set amounts = ['revenue_minor', 'kept_minor', 'basis_minor'] -%}
with as_of as (

    select {{ as_of_date(ref('fct_revenue'), 'revenue_date') }} as as_of_date

),

paths as (

    select * from {{ ref('int_attribution__paths') }}

),

pathless as (

    select * from {{ ref('int_attribution__pathless') }}

),

spend as (

    select * from {{ ref('int_spend__channels') }}

),

models as (

    {{ attribution_models() }}

),

credits as{{ computed_once() }} (

    select
        {{ first_of_month('touch_date') }} as month,
        channel,
        case when person_charge_number > 0 then 1 else 0 end as counts
        {%- for model in models %}
        {%- set weights = [model ~ '_weight', model ~ '_through', model ~ '_total'] %}
        {%- for measure, amount in credited.items() %},
        {{ credit(model, amount, *(place + weights)) }} as {{ model }}_{{ measure }}
        {%- endfor %}
        {%- endfor %}
    from paths

),

path_months as (

    select
        month,
        channel
        {%- for model in models %},
        sum({{ model }}_micros * counts) as {{ model }}_conversion_micros
        {%- for amount in amounts %},
        {{ sum_of_all(model ~ '_' ~ amount, parts=model ~ '_micros') }}
            as {{ model }}_{{ amount }}
        {%- endfor %}
        {%- endfor %}
    from credits
    group by month, channel

),

pathless_months as (

    select
        {{ first_of_month('revenue_date') }} as month,
        channel,
        sum(case when person_charge_number > 0 then 1000000 else 0 end) as conversion_micros
        {%- for amount in amounts %},
        {{ sum_of_all(credited[amount]) }} as {{ amount }}
        {%- endfor %}
    from pathless
    group by {{ first_of_month('revenue_date') }}, channel

),

spend_months as (

    select
        {{ first_of_month('spend_date') }} as month,
        channel,
        {{ sum_of_all('spend_reporting_minor') }} as spend_minor
    from spend
    group by {{ first_of_month('spend_date') }}, channel

),

stacked as (

    {% for model in models -%}
    select
        month,
        channel,
        '{{ model }}' as attribution_model,
        'touch' as dated_by,
        {{ model }}_conversion_micros as conversion_micros,
        {%- for amount in amounts %}
        {{ model }}_{{ amount }} as {{ amount }},
        {%- endfor %}
        0 as spend_minor
    from path_months
    where {{ model }}_conversion_micros is not null

    union all

    {% endfor -%}
    select
        pathless_months.month,
        pathless_months.channel,
        models.attribution_model,
        'charge' as dated_by,
        pathless_months.conversion_micros,
        {%- for amount in amounts %}
        pathless_months.{{ amount }},
        {%- endfor %}
        0 as spend_minor
    from pathless_months
    cross join models

    union all

    select
        spend_months.month,
        spend_months.channel,
        models.attribution_model,
        'touch' as dated_by,
        0 as conversion_micros,
        {%- for amount in amounts %}
        0 as {{ amount }},
        {%- endfor %}
        spend_months.spend_minor
    from spend_months
    cross join models

),

summed as (

    select
        month,
        channel,
        attribution_model,
        dated_by,
        cast(sum(conversion_micros) as bigint) as conversion_micros,
        {%- for amount in amounts %}
        {{ sum_of_all(amount) }} as {{ amount }},
        {%- endfor %}
        {{ sum_of_all('spend_minor') }} as spend_minor
    from stacked
    group by month, channel, attribution_model, dated_by

),

final as (

    select
        summed.month,
        summed.channel,
        summed.attribution_model,
        summed.dated_by,
        {% if var('recurring_credit') == 'window' -%}
        cast({{ dbt.dateadd('month', 1, 'summed.month') }} as date)
        + {{ var('attribution_window_days') | int - 1 }} <= as_of.as_of_date
        {%- else -%}
        false
        {%- endif %} as window_is_over,
        '{{ var("reporting_currency") }}' as currency,
        {{ from_micros('summed.conversion_micros') }} as conversions,
        summed.revenue_minor,
        {{ major('summed.revenue_minor', reporting_minor_units()) }} as revenue,
        summed.kept_minor,
        summed.spend_minor,
        {{ major('summed.spend_minor', reporting_minor_units()) }} as spend,
        {{ ratio('summed.basis_minor', 'summed.spend_minor') }} as roas
    from summed
    cross join as_of

)

select * from final
