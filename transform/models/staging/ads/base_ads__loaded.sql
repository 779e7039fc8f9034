{{ config(
    materialized='table',
    post_hook="{{ stripe_apex.refuse_unknown_ad_currencies() }}",
    meta={'reads': var('ad_spend_sources')}
) }}

{#- What other loaders brought, of all sources of the var in one shape. Money is whole millionths and whole
    minor units: each row gets what the rounded running total of its account grows by, so that the total of
    any number of days is right, however many rows have fractions. -#}
{%- set sources = ad_spend_sources() -%}
{%- set texts = ['origin', 'platform', 'account_id', 'account_name', 'campaign_id', 'campaign_name', 'currency'] -%}
{%- set keys = [
    'source_number', 'origin', 'platform', 'account_id', 'account_name', 'campaign_id', 'campaign', 'currency',
    'spend_date',
] | join(',\n        ') -%}
{%- set order = 'order by spend_date, campaign_id nulls last, campaign nulls last, platform nulls last' -%}
with currencies as (

    select * from {{ ref('stripe_currencies') }}

),

{% for source in sources -%}
{%- set number = loop.index -%}
report_{{ number }} as (

    {{ ad_report(source) }}

),

ads_{{ number }} as (

    {{ ad_versions(source, 'ads', ['campaign']) }}

),

campaigns_{{ number }} as (

    {{ ad_versions(source, 'campaigns', ['name', 'account']) }}

),

accounts_{{ number }} as (

    {{ ad_versions(source, 'accounts', ['name', 'currency']) }}

),

-- The currency of an account that no table names, if all that are named have one.
usual_{{ number }} as (

    select case when min(lower(currency)) = max(lower(currency)) then min(lower(currency)) end as currency
    from accounts_{{ number }}

),

identified_{{ number }} as (

    select
        report.*,
        coalesce(report.campaign_id, ads.campaign) as known_campaign_id,
        campaigns.name as newest_campaign_name,
        coalesce(report.account_id, campaigns.account) as known_account_id
    from report_{{ number }} as report
    left join ads_{{ number }} as ads
        on report.ad_id = ads.id
    left join campaigns_{{ number }} as campaigns
        on coalesce(report.campaign_id, ads.campaign) = campaigns.id

),

priced_{{ number }} as (

    select
        identified.*,
        accounts.name as newest_account_name,
        coalesce(
            {{ ad_said_currency(source, 'identified.known_account_id', 'identified.platform') }},
            identified.currency,
            lower(accounts.currency),
            case when identified.known_account_id is null then usual.currency end
        ) as known_currency
    from identified_{{ number }} as identified
    left join accounts_{{ number }} as accounts
        on {{ account_key('identified.known_account_id') }} = accounts.id
    cross join usual_{{ number }} as usual

),

{% endfor -%}
loaded as (

    {% for source in sources -%}
    {%- set report = source.report.columns -%}
    {%- set other = ad_other_currency(source) -%}
    {%- set is_usd -%}
        {%- if 'usd' not in report -%} 1 = 0
        {%- elif 'amount' not in report -%} 1 = 1
        {%- elif other in [none, 'usd'] -%} known_currency is null and usd is not null
        {%- else -%} 1 = 0
        {%- endif -%}
    {%- endset -%}
    select
        {{ loop.index }} as source_number,
        '{{ source.name }}' as origin,
        {{ snake_case('platform') }} as platform,
        known_account_id as account_id,
        coalesce(newest_account_name, account_name) as account_name,
        known_campaign_id as campaign_id,
        coalesce(newest_campaign_name, campaign_name) as campaign_name,
        case when {{ is_usd }} then 'usd' else coalesce(known_currency, {{ "'" ~ other ~ "'" if other else 'null' }}) end
            as currency,
        spend_date,
        cast(coalesce(case when {{ is_usd }} then usd else amount end, 0) as decimal(38, 12)) as amount,
        impressions,
        clicks,
        conversions
    from priced_{{ loop.index }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% else -%}
    select
        cast(null as integer) as source_number,
        {%- for name in texts %}
        cast(null as {{ dbt.type_string() }}) as {{ name }},
        {%- endfor %}
        cast(null as date) as spend_date,
        cast(null as decimal(38, 12)) as amount,
        cast(null as bigint) as impressions,
        cast(null as bigint) as clicks,
        cast(null as decimal(28, 6)) as conversions
    where 1 = 0
    {% endfor %}

),

-- A campaign has the name that it had last, whatever it was called when.
named as (

    select
        loaded.*,
        coalesce(
            case
                when campaign_id is null then campaign_name
                else first_value(campaign_name) over (
                    partition by source_number, platform, account_id, campaign_id
                    order by
                        case when campaign_name is null then 1 else 0 end asc,
                        spend_date desc,
                        campaign_name asc
                    rows between unbounded preceding and unbounded following
                )
            end,
            campaign_id
        ) as campaign
    from loaded

),

summed as (

    select
        {{ keys }},
        cast(sum(amount) as decimal(38, 12)) as amount,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(conversions) as decimal(18, 6)) as platform_conversions
    from named
    group by
        {{ keys }}

),

counted as (

    select
        summed.*,
        currencies.minor_units,
        sum(summed.amount) over (
            partition by summed.source_number, summed.account_id, summed.currency
            {{ order }}
            rows unbounded preceding
        ) as running
    from summed
    left join currencies
        on summed.currency = currencies.currency
    where summed.amount <> 0 or currencies.currency is not null

),

rounded as (

    select
        counted.*,
        cast(round(running * 1000000) as bigint) as running_micros,
        cast(round(running * {{ power_of_ten('minor_units') }}) as bigint) as running_minor
    from counted

),

grown as (

    select
        rounded.*,
        {%- for unit in ['micros', 'minor'] %}
        running_{{ unit }} - coalesce(
            lag(running_{{ unit }}) over (
                partition by source_number, account_id, currency
                {{ order }}
            ), 0
        ) as spend_{{ unit }}{{ ',' if not loop.last }}
        {%- endfor %}
    from rounded

),

final as (

    select
        {{ keys }},
        {{ usual_utm_source('platform') }} as utm_source,
        case when minor_units is not null then spend_micros end as spend_micros,
        cast({{ major('spend_minor', 'minor_units') }} as decimal(18, 6)) as spend,
        impressions,
        clicks,
        platform_conversions
    from grown

)

select * from final
