{#- People write a code in capitals or not, and Stripe takes either for the same. -#}
with source as (

    select * from {{ apex_source('promotion_codes', key=['code']) }} as promotion_codes

),

renamed as (

    select
        lower({{ blank_to_null('code') }}) as code,
        {{ snake_case('channel') }} as given_channel,
        {{ normalize_label('campaign') }} as campaign,
        {{ normalize_label('partner') }} as partner
    from source

),

ranked as (

    select
        *,
        row_number() over (
            partition by code
            order by given_channel, coalesce(campaign, ''), coalesce(partner, '')
        ) as code_rank
    from renamed
    where code is not null and given_channel is not null

)

select
    code,
    given_channel,
    campaign,
    partner
from ranked
where code_rank = 1
