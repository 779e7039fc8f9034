{#- What the user says of a code, with the channel by its usual name. The partner is the source. -#}
with codes as (

    select * from {{ ref('stg_channels__promotion_codes') }}

),

names as (

    {{ plain_names('channel_names', 'channel') }}

),

final as (

    select
        codes.code,
        coalesce(names.channel, codes.given_channel) as channel,
        codes.campaign,
        codes.partner,
        'code' || chr(31) || codes.code as signal
    from codes
    left join names
        on {{ plain_name('codes.given_channel') }} = names.plain_name

)

select * from final
