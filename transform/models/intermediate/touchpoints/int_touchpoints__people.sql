{#- One pass over the largest table: who came, when, and what tells where from. -#}
with touchpoints as (

    select * from {{ ref('stg_web__touchpoints') }}

),

visitors as (

    select * from {{ ref('int_identity__visitors') }}

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

read_urls as (

    select
        *,
        {{ url_host('referrer') }} as referrer_host,
        {{ landing_parameters() }}
    from touchpoints

),

resolved as (

    select
        touchpoint_id,
        visitor_id,
        email,
        occurred_at,
        {{ outside_host() }} as outside_host,
        {{ visit_signals() }}
    from read_urls

),

with_person as (

    select
        resolved.touchpoint_id,
        resolved.occurred_at,
        coalesce(
            visitors.person_id,
            emails.person_id,
            {{ stranger_id('coalesce(resolved.visitor_id, resolved.touchpoint_id)') }}
        ) as person_id,
        {{ signal_key('resolved.outside_host') }} as signal
    from resolved
    left join visitors
        on resolved.visitor_id = visitors.visitor_id
    left join emails
        on resolved.email = emails.email

)

select * from with_person
