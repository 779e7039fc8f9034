-- What imported files, the schema `apex` and other loaders say was spent arrives in the mart: to the minor
-- unit and to the millionth, less what came twice.
{%- set imported = imported_relation('ad_spend') %}
{%- set micros = 'cast(round(cast(spend as decimal(18, 6)) * 1000000) as bigint)' %}

with own as (

    select
        lower(currency) as currency,
        cast(spend as decimal(18, 6)) as spend,
        {{ micros }} as spend_micros
    from {{ own_source('ad_spend') }} as own

    {%- if imported is not none %}

    union all

    select
        currency,
        spend,
        {{ micros }} as spend_micros
    from {{ imported }} as imported

    {%- endif %}

    union all

    select
        currency,
        spend,
        spend_micros
    from {{ ref('base_ads__loaded') }}

    union all

    select
        currency,
        -spend as spend,
        -spend_micros as spend_micros
    from {{ ref('int_spend__taken') }}
    where left_out_for is not null

),

spent as (

    select
        own.currency,
        sum(cast(round(own.spend * {{ power_of_ten('currencies.minor_units') }}) as bigint))
            as spend_minor,
        sum(own.spend_micros) as spend_micros
    from own
    inner join {{ ref('stripe_currencies') }} as currencies
        on own.currency = currencies.currency
    group by own.currency

),

in_mart as (

    select
        currency,
        sum(spend_minor) as spend_minor,
        sum(spend_micros) as spend_micros
    from {{ ref('mart_ad_spend') }}
    group by currency

)

select
    spent.currency,
    spent.spend_minor as spent_minor,
    in_mart.spend_minor as mart_minor,
    spent.spend_micros as spent_micros,
    in_mart.spend_micros as mart_micros
from spent
left join in_mart
    on spent.currency = in_mart.currency
where
    in_mart.spend_minor is null
    or spent.spend_minor <> in_mart.spend_minor
    or spent.spend_micros <> in_mart.spend_micros
