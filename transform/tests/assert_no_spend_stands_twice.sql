-- Spend of the schema `apex` that was imported, too, is counted twice. It is told when the marts are
-- there, as all that is wrong with the inputs is.
-- depends_on: {{ ref('mart_ad_spend') }}
{%- set imported = imported_relation('ad_spend') %}

with own as (

    select * from {{ own_source('ad_spend') }} as ad_spend

),

imported as (

    select * from {{ imported if imported is not none else own_source('ad_spend') }} as ad_spend
    {%- if imported is none %}
    where 1 = 0
    {%- endif %}

)

select
    own.spend_date,
    own.platform,
    own.campaign,
    own.spend
from own
inner join imported
    on
        own.spend_date = imported.spend_date
        and {{ snake_case('own.platform') }} = {{ snake_case('imported.platform') }}
        and {{ normalize_label('own.campaign') }} = {{ normalize_label('imported.campaign') }}
        and lower(own.currency) = lower(imported.currency)
        and own.spend = imported.spend
where own.spend <> 0
