{#- Whoever carries a reference or a touch, with the person that they are without any. A session's customer
    who never paid is left out. -#}
with claims as (

    select payer from {{ ref('int_references__claims') }}

    union

    select payer from {{ ref('int_carried__fields') }}

),

charges as (

    select
        email,
        {{ payer('customer_id', 'charge_id') }} as payer
    from {{ ref('stg_stripe__charges') }}

),

addresses as (

    select * from {{ ref('int_identity__addresses') }}

),

payer_emails as (

    select
        claims.payer,
        min(charges.email) as email
    from claims
    inner join charges
        on claims.payer = charges.payer
    group by claims.payer

),

final as (

    select
        payer_emails.payer,
        coalesce(addresses.person_id, {{ surrogate_key('payer_emails.payer') }}) as payer_id
    from payer_emails
    left join addresses
        on payer_emails.email = addresses.email

)

select * from final
