-- What the imported files say was spent arrives in the mart, to the minor unit, beside the spend of
-- the schema `apex`.
{%- set imported = imported_relation('ad_spend') %}

with staged as (

    select
        lower(currency) as currency,
        spend
    from {{ own_source('ad_spend') }} as own

    {%- if imported is not none %}

    union all

    select
        currency,
        spend
    from {{ imported }} as imported

    {%- endif %}

),

spent as (

    select
        staged.currency,
        sum(cast(round(staged.spend * {{ power_of_ten('currencies.minor_units') }}) as bigint))
            as spend_minor
    from staged
    inner join {{ ref('stripe_currencies') }} as currencies
        on staged.currency = currencies.currency
    group by staged.currency

),

in_mart as (

    select
        currency,
        sum(spend_minor) as spend_minor
    from {{ ref('mart_ad_spend') }}
    group by currency

)

select
    spent.currency,
    spent.spend_minor as spent_minor,
    in_mart.spend_minor as mart_minor
from spent
left join in_mart
    on spent.currency = in_mart.currency
where in_mart.spend_minor is null or spent.spend_minor <> in_mart.spend_minor
