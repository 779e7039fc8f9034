-- What the platforms billed arrives in the channels, whole, for every attribution model.
with billed as (

    select
        currency,
        sum(spend_minor) as spend_minor
    from {{ ref('int_spend__channels') }}
    group by currency

),

in_channels as (

    select
        attribution_model,
        currency,
        sum(spend_minor) as spend_minor
    from {{ ref('mart_channels') }}
    group by attribution_model, currency

)

select
    billed.currency,
    in_channels.attribution_model,
    billed.spend_minor as billed_minor,
    in_channels.spend_minor as channel_minor
from billed
left join in_channels
    on billed.currency = in_channels.currency
where coalesce(billed.spend_minor, 0) <> coalesce(in_channels.spend_minor, 0)
