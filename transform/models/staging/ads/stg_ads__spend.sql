{%- set imported = imported_relation('ad_spend') -%}
{%- set columns = described_columns('ad_spend') | join(',\n        ') if execute else '*' -%}
with own as (

    select
        {{ columns }},
        'apex.ad_spend' as origin
    from {{ own_source('ad_spend') }} as ad_spend
    {%- if imported is not none %}

    union all

    select
        {{ columns }},
        'an imported file' as origin
    from {{ imported }} as imported
    {%- endif %}

),

loaded as (

    select * from {{ ref('base_ads__loaded') }}

),

together as (

    select
        cast(null as integer) as source_number,
        origin,
        spend_date,
        platform,
        account_id,
        cast(null as {{ dbt.type_string() }}) as account_name,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        campaign,
        utm_source,
        currency,
        cast(spend as decimal(18, 6)) as spend,
        cast(round(cast(spend as decimal(18, 6)) * 1000000) as bigint) as spend_micros,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        cast(conversions as decimal(18, 6)) as platform_conversions
    from own

    union all

    select
        source_number,
        origin,
        spend_date,
        platform,
        account_id,
        account_name,
        campaign_id,
        campaign,
        utm_source,
        currency,
        spend,
        spend_micros,
        impressions,
        clicks,
        platform_conversions
    from loaded

),

renamed as (

    select
        source_number,
        origin,
        spend_date,
        {{ snake_case('platform') }} as platform,
        account_id,
        account_name,
        campaign_id,
        {{ normalize_label('campaign') }} as campaign,
        {{ normalize_label('utm_source') }} as utm_source,
        lower(currency) as currency,
        spend,
        spend_micros,
        impressions,
        clicks,
        platform_conversions
    from together

)

select * from renamed
