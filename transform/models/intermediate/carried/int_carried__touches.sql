{#- Whose touch it is. A customer who never paid is left out. -#}
with fields as (

    select * from {{ ref('int_carried__fields') }}

),

payers as (

    select * from {{ ref('int_references__payers') }}

),

joined as (

    select * from {{ ref('int_identity__joined') }}

),

final as (

    select
        fields.touchpoint_id,
        fields.occurred_at,
        coalesce(joined.person_id, payers.payer_id) as person_id,
        fields.field,
        {{ fast_key('fields.signal') }} as signal_id,
        fields.campaign_key,
        fields.click_key
    from fields
    inner join payers
        on fields.payer = payers.payer
    left join joined
        on payers.payer_id = joined.joined_id

)

select * from final
