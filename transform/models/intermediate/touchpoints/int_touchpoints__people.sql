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
        {{ landing_parameters('landing_page') }}
    from touchpoints

),

resolved as (

    select
        touchpoint_id,
        visitor_id,
        email,
        occurred_at,
        {{ outside_host('referrer_host', 'landing_host') }} as outside_host,
        {{ field_or_landing('utm_source', 'landing_utm_source') }} as source,
        {{ field_or_landing('utm_medium', 'landing_utm_medium') }} as medium,
        {{ field_or_landing('utm_campaign', 'landing_utm_campaign') }} as campaign,
        {{ click_ids('landing_page', click_id_names()) }} as click_ids
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
        {{ signal_key(
            'resolved.source', 'resolved.medium', 'resolved.outside_host', 'resolved.click_ids',
            'resolved.campaign'
        ) }} as signal
    from resolved
    left join visitors
        on resolved.visitor_id = visitors.visitor_id
    left join emails
        on resolved.email = emails.email

)

select * from with_person
