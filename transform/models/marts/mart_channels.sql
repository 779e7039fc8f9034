{%- set no_campaign = "'(none)'" -%}
with credits as (

    select * from {{ ref('fct_attribution') }}

),

leads as (

    select * from {{ ref('int_leads__channels') }}

),

spend as (

    select * from {{ ref('int_spend__channels') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

models as (

    {% for model in var('attribution_models') -%}
    select '{{ model }}' as attribution_model
    {%- if not loop.last %}
    union all
    {% endif -%}
    {% endfor %}

),

revenue_by_row as (

    select
        revenue_date as activity_date,
        channel,
        coalesce(campaign, {{ no_campaign }}) as campaign,
        attribution_model,
        currency,
        sum(credit_minor) as revenue_minor,
        sum(credit_reporting_minor) as revenue_reporting_minor,
        sum(credit_micros) as conversion_micros,
        sum(case when person_charge_number = 1 then credit_micros else 0 end)
            as new_customer_micros,
        count(distinct person_id) as customers
    from credits
    group by revenue_date, channel, coalesce(campaign, {{ no_campaign }}), attribution_model, currency

),

leads_by_row as (

    select
        {{ local_date('created_at') }} as activity_date,
        channel,
        coalesce(campaign, {{ no_campaign }}) as campaign,
        '{{ var("reporting_currency") }}' as currency,
        count(*) as leads
    from leads
    group by {{ local_date('created_at') }}, channel, coalesce(campaign, {{ no_campaign }})

),

spend_by_row as (

    select
        spend_date as activity_date,
        channel,
        coalesce(campaign, {{ no_campaign }}) as campaign,
        currency,
        sum(spend_minor) as spend_minor,
        sum(spend_reporting_minor) as spend_reporting_minor
    from spend
    group by spend_date, channel, coalesce(campaign, {{ no_campaign }}), currency

),

stacked as (

    select
        activity_date,
        channel,
        campaign,
        attribution_model,
        currency,
        revenue_minor,
        revenue_reporting_minor,
        conversion_micros,
        new_customer_micros,
        customers,
        0 as leads,
        0 as spend_minor,
        0 as spend_reporting_minor
    from revenue_by_row

    union all

    select
        leads_by_row.activity_date,
        leads_by_row.channel,
        leads_by_row.campaign,
        models.attribution_model,
        leads_by_row.currency,
        0 as revenue_minor,
        0 as revenue_reporting_minor,
        0 as conversion_micros,
        0 as new_customer_micros,
        0 as customers,
        leads_by_row.leads,
        0 as spend_minor,
        0 as spend_reporting_minor
    from leads_by_row
    cross join models

    union all

    select
        spend_by_row.activity_date,
        spend_by_row.channel,
        spend_by_row.campaign,
        models.attribution_model,
        spend_by_row.currency,
        0 as revenue_minor,
        0 as revenue_reporting_minor,
        0 as conversion_micros,
        0 as new_customer_micros,
        0 as customers,
        0 as leads,
        spend_by_row.spend_minor,
        spend_by_row.spend_reporting_minor
    from spend_by_row
    cross join models

),

summed as (

    select
        activity_date,
        channel,
        campaign,
        attribution_model,
        currency,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(revenue_reporting_minor) as bigint) as revenue_reporting_minor,
        cast(sum(conversion_micros) as bigint) as conversion_micros,
        cast(sum(new_customer_micros) as bigint) as new_customer_micros,
        cast(sum(customers) as bigint) as customers,
        cast(sum(leads) as bigint) as leads,
        cast(sum(spend_minor) as bigint) as spend_minor,
        cast(sum(spend_reporting_minor) as bigint) as spend_reporting_minor
    from stacked
    group by activity_date, channel, campaign, attribution_model, currency

),

final as (

    select
        summed.activity_date,
        summed.channel,
        summed.campaign,
        summed.attribution_model,
        summed.currency,
        summed.revenue_minor,
        {{ major('summed.revenue_minor', 'currencies.minor_units') }} as revenue,
        summed.revenue_reporting_minor,
        summed.conversion_micros,
        summed.new_customer_micros,
        summed.customers,
        summed.leads,
        summed.spend_minor,
        {{ major('summed.spend_minor', 'currencies.minor_units') }} as spend,
        summed.spend_reporting_minor,
        {{ cost_per('summed.spend_minor', 'summed.leads', 'currencies.minor_units') }} as cpl,
        {{ cost_per(
            wide('summed.spend_minor') ~ ' * 1000000',
            'summed.new_customer_micros',
            'currencies.minor_units'
        ) }} as cac,
        {{ cost_per('summed.revenue_minor', 'summed.customers', 'currencies.minor_units') }}
            as ltv,
        {{ ratio('summed.revenue_minor', 'summed.spend_minor') }} as roas,
        {{ ratio(
            wide('summed.spend_minor') ~ ' * 12000000 * summed.customers',
            'summed.new_customer_micros * ' ~ wide('summed.revenue_minor')
        ) }} as payback_months
    from summed
    left join currencies
        on summed.currency = currencies.currency

)

select * from final
