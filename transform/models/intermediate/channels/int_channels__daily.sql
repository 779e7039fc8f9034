{#- All that adds up over days, channels and campaigns. A customer is counted by the credit of the
    first payment in a period, so customers add up over channels to whole people. Of what is `maybe_new`,
    it is not known whether the payer had paid before the charges that are loaded. -#}
{%- set models = var('attribution_models') -%}
{%- set place = ['position', 'path_length', 'is_last_non_direct'] -%}
{%- set credited = {
    'net_minor': 'net_minor',
    'net_reporting_minor': 'net_reporting_minor',
    'micros': 'cast(1000000 as bigint)',
} -%}
{%- for amount in amounts_beside_net() %}{% do credited.update({amount: amount}) %}{% endfor -%}
{#- Sums of amounts: what each is a sum of, and for whom it counts. -#}
{%- set basis = basis_column('reporting_minor') -%}
{%- set amounts = {
    'revenue_minor': ('net_minor', none),
    'revenue_reporting_minor': ('net_reporting_minor', none),
    'kept_minor': ('kept_minor', none),
    'kept_reporting_minor': ('kept_reporting_minor', none),
    'basis_minor': (basis_column('minor'), none),
    'basis_reporting_minor': (basis, none),
    'new_revenue_reporting_minor': ('net_reporting_minor', 'counts_new_customer'),
    'maybe_new_revenue_reporting_minor': ('net_reporting_minor', 'counts_maybe_new_customer'),
    'new_basis_reporting_minor': (basis, 'counts_new_customer'),
} -%}
{%- set no_campaign = "'(none)'" -%}
{%- set customer_columns = ['customer_micros', 'month_customer_micros'] -%}
{%- for number in rolling_days() %}{% do customer_columns.append('last_' ~ number ~ '_customer_micros') %}{% endfor -%}
{%- set new_customer_columns = ['new_customer_micros', 'maybe_new_customer_micros'] -%}
{%- set flagged = ['conversion_micros'] + new_customer_columns + customer_columns -%}
{%- set credited_columns = (amounts.keys() | list) + flagged -%}
{%- set sums = credited_columns + ['leads', 'spend_minor', 'spend_reporting_minor'] -%}
with as_of as (

    select {{ as_of_date(ref('int_charges__priced'), 'revenue_date') }} as as_of_date

),

paths as (

    select * from {{ ref('int_attribution__paths') }}

),

pathless as (

    select * from {{ ref('int_attribution__pathless') }}

),

leads as (

    select
        *,
        {{ local_date('created_at') }} as lead_date
    from {{ ref('int_leads__channels') }}

),

spend as (

    select * from {{ ref('int_spend__channels') }}

),

models as (

    {{ attribution_models() }}

),

{% for relation in ['paths', 'pathless'] -%}
flagged_{{ relation }} as{{ computed_once() }} (

    select
        {{ relation }}.*,
        coalesce(campaign, {{ no_campaign }}) as campaign_name,
        case when person_charge_number > 0 then 1 else 0 end as counts_conversion,
        case when is_new then 1 else 0 end as counts_new_customer,
        case when is_new is null then 1 else 0 end as counts_maybe_new_customer,
        case
            when person_charge_number > 0 and {{ is_first_since('revenue_date', 'previous_revenue_date') }}
                then 1
            else 0
        end as counts_customer,
        case
            when
                person_charge_number > 0
                and {{ is_first_since(first_of_month('revenue_date'), 'previous_revenue_date') }}
                then 1
            else 0
        end as counts_month_customer
        {%- for number in rolling_days() %},
        {%- set start = 'as_of.as_of_date - ' ~ (number - 1) %}
        case
            when
                person_charge_number > 0
                and revenue_date between {{ start }} and as_of.as_of_date
                and {{ is_first_since(start, 'previous_revenue_date') }}
                then 1
            else 0
        end as counts_last_{{ number }}_customer
        {%- endfor %}
        {%- for model in models if relation == 'paths' %}
        {%- set weights = [model ~ '_weight', model ~ '_through', model ~ '_total'] %}
        {%- for measure, amount in credited.items() %},
        {{ credit(model, amount, *(place + weights)) }} as {{ model }}_{{ measure }}
        {%- endfor %}
        {%- endfor %}
    from {{ relation }}
    cross join as_of

),

{% endfor -%}
path_days as (

    select
        revenue_date as activity_date,
        channel,
        campaign_name as campaign,
        currency
        {%- for model in models %}
        {%- for name, (amount, factor) in amounts.items() %},
        {{ sum_of_all(
            model ~ '_' ~ amount ~ (' * ' ~ factor if factor else ''),
            parts=model ~ '_micros', witness=model ~ '_' ~ amount
        ) }} as {{ model }}_{{ name }}
        {%- endfor %}
        {%- for column in flagged %},
        sum({{ model }}_micros * counts_{{ column | replace('_micros', '') }}) as {{ model }}_{{ column }}
        {%- endfor %}
        {%- endfor %}
    from flagged_paths
    group by revenue_date, channel, campaign_name, currency

),

pathless_days as (

    select
        revenue_date as activity_date,
        channel,
        campaign_name as campaign,
        currency
        {%- for name, (amount, factor) in amounts.items() %},
        {{ sum_of_all(amount ~ (' * ' ~ factor if factor else '')) }} as {{ name }}
        {%- endfor %}
        {%- for column in flagged %},
        sum(1000000 * counts_{{ column | replace('_micros', '') }}) as {{ column }}
        {%- endfor %}
    from flagged_pathless
    group by revenue_date, channel, campaign_name, currency

),

lead_days as (

    select
        lead_date as activity_date,
        channel,
        coalesce(campaign, {{ no_campaign }}) as campaign,
        '{{ var("reporting_currency") }}' as currency,
        count(*) as leads
    from leads
    group by lead_date, channel, coalesce(campaign, {{ no_campaign }})

),

spend_days as (

    select
        spend_date as activity_date,
        channel,
        coalesce(campaign, {{ no_campaign }}) as campaign,
        currency,
        {{ sum_of_all('spend_minor') }} as spend_minor,
        {{ sum_of_all('spend_reporting_minor') }} as spend_reporting_minor
    from spend
    group by spend_date, channel, coalesce(campaign, {{ no_campaign }}), currency

),

stacked as (

    {% for model in models -%}
    select
        activity_date,
        channel,
        campaign,
        '{{ model }}' as attribution_model,
        currency
        {%- for column in sums %},
        {{ model ~ '_' ~ column if column in credited_columns else 0 }} as {{ column }}
        {%- endfor %}
    from path_days
    where {{ model }}_conversion_micros is not null

    union all

    {% endfor -%}
    {% for relation, own in [
        ('pathless_days', credited_columns), ('lead_days', ['leads']), ('spend_days', sums[-2:])
    ] -%}
    select
        {{ relation }}.activity_date,
        {{ relation }}.channel,
        {{ relation }}.campaign,
        models.attribution_model,
        {{ relation }}.currency
        {%- for column in sums %},
        {{ relation ~ '.' ~ column if column in own else 0 }} as {{ column }}
        {%- endfor %}
    from {{ relation }}
    cross join models
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% endfor %}

),

daily as (

    select
        activity_date,
        channel,
        campaign,
        attribution_model,
        currency
        {%- for column in sums %},
        {{ sum_of_all(column) }} as {{ column }}
        {%- endfor %}
    from stacked
    group by activity_date, channel, campaign, attribution_model, currency

)

select * from daily
