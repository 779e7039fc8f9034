{#- Whether the loaded charges are all that the account ever had. The oldest of them proves nothing: the
    tap reads from the start of its `date_range` on. What proves it are customers that pay again: if some
    do after 30 days or more, and not one customer is older than the oldest charge, the account began with
    it. An older account would show older customers. A day is allowed for, since a customer may be made
    some hours before paying. -#}
{%- set said = var('history_complete') -%}
with charges as (

    select * from {{ ref('stg_stripe__charges') }}

),

final as (

    select
        min(created_at) as loaded_from,
        {% if said is none -%}
        coalesce(
            min(customer_created_at) >= min(created_at) - {{ days(1) }}
            and max(case when created_at >= customer_created_at + {{ days(30) }} then 1 else 0 end) = 1,
            false
        )
        {%- else -%}
        {{ 'true' if said else 'false' }}
        {%- endif %} as is_complete
    from charges

)

select * from final
