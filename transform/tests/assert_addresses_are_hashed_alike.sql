-- A hash never equals an address, and has neither a tag nor dots that a var could drop.
with addresses as (

    select email from {{ ref('int_identity__addresses') }}

),

counted as (

    select
        count(case when length(email) = 64 and email not like '%@%' then 1 end) as hashed,
        count(case when email like '%@%' then 1 end) as plain
    from addresses

)

select
    hashed,
    plain
from counted
where
    hashed > 0
    {% if var('email_plus_tags') == 'keep' and var('email_gmail_dots') == 'keep' %}
    and plain > 0
    {% endif %}
