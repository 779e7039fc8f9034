{#- All addresses: those that a visitor or a customer has are among the stitches. Rows without one are left
    out at the end, as each row that is asked for its address has it made comparable once more. -#}
with edges as (

    select * from {{ ref('int_identity__edges') }}

),

leads as (

    select * from {{ ref('stg_web__leads') }}

),

stitches as (

    select * from {{ ref('int_identity__stitches') }}

),

charges as (

    select * from {{ ref('stg_stripe__charges') }}

),

touchpoints as (

    select * from {{ ref('stg_web__touchpoints') }}

),

emails as (

    select email from stitches
    union
    select email from leads where visitor_id is null
    union
    select email from charges where customer_id is null
    union
    select email from touchpoints where visitor_id is null

),

{{ smallest_labels('edges', 'email', 'neighbour') }}

people as (

    select
        emails.email,
        coalesce(labels.label, emails.email) as person_email,
        {{ surrogate_key('coalesce(labels.label, emails.email)') }} as person_id
    from emails
    left join labels
        on emails.email = labels.email
    where coalesce(labels.label, emails.email) is not null

)

select * from people
