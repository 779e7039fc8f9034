{#- The visitors, leads and addresses of ours that a payment names, with the person that each is without
    any reference. -#}
with wanted as (

    select distinct
        reference_value,
        {{ normalize_email('reference_value') }} as email
    from {{ ref('int_references__claims') }}

),

leads as (

    select * from {{ ref('stg_web__leads') }}

),

touchpoints as (

    select
        visitor_id,
        email
    from {{ ref('stg_web__touchpoints') }}

),

stitches as (

    select * from {{ ref('int_identity__stitches') }}
    where hub_kind = 'visitor'

),

addresses as (

    select * from {{ ref('int_identity__addresses') }}

),

known_visitors as (

    select visitor_id from touchpoints
    where visitor_id in (select reference_value from wanted)

    union

    select visitor_id from leads
    where visitor_id in (select reference_value from wanted)

),

known_emails as (

    select stitches.email
    from stitches
    where stitches.email in (select wanted.email from wanted)

    union

    select touchpoints.email
    from touchpoints
    where
        touchpoints.visitor_id is null
        and touchpoints.email in (select wanted.email from wanted)

    union

    select leads.email
    from leads
    where leads.email in (select wanted.email from wanted)

),

named as (

    select
        visitor_id as reference_value,
        visitor_id,
        cast(null as {{ dbt.type_string() }}) as email
    from known_visitors

    union

    select
        lead_id as reference_value,
        case when email is null then visitor_id end as visitor_id,
        email
    from leads
    where lead_id in (select reference_value from wanted)

    union

    select
        wanted.reference_value,
        cast(null as {{ dbt.type_string() }}) as visitor_id,
        known_emails.email
    from wanted
    inner join known_emails
        on wanted.email = known_emails.email

),

visitor_emails as (

    select
        hub_id as visitor_id,
        min(email) as email
    from stitches
    where hub_id in (select visitor_id from named)
    group by hub_id

),

with_email as (

    select
        named.reference_value,
        named.visitor_id,
        coalesce(named.email, visitor_emails.email) as email
    from named
    left join visitor_emails
        on named.visitor_id = visitor_emails.visitor_id
    where named.email is not null or named.visitor_id is not null

),

final as (

    select
        with_email.reference_value,
        with_email.visitor_id,
        coalesce(
            addresses.person_id,
            {{ surrogate_key("'visitor ' || with_email.visitor_id") }}
        ) as target_id
    from with_email
    left join addresses
        on with_email.email = addresses.email

)

select * from final
