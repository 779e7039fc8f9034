{{ config(materialized='view') }}

with addresses as (

    select * from {{ ref('int_identity__addresses') }}

),

joined as (

    select * from {{ ref('int_identity__joined') }}

),

people as (

    select
        addresses.email,
        addresses.person_email,
        coalesce(joined.person_id, addresses.person_id) as person_id
    from addresses
    left join joined
        on addresses.person_id = joined.joined_id

)

select * from people
