{#- Who is a customer, and which of them are new. -#}

{#- Does a charge make its payer a customer? Not one that brought nothing: voided, never captured, or
    refunded whole. -#}
{% macro is_conversion(net_minor) -%}
    {{ 'true' if var('count_charges_of_zero') else net_minor ~ ' > 0' }}
{%- endmacro %}


{#- Is this charge the person's first of all? Not if `is_later` than the first one that is loaded; null
    where that is not known.
    `customer_created_at` is when the person's first customer at Stripe was made: nobody pays as a
    customer before that. One that is older than the charges that are loaded, by the time of the first
    charge for longer than touches count, was a customer already. -#}
{% macro is_new_payer(is_later, created_at, customer_created_at, history) -%}
    case
        when {{ is_later }} then false
        when {{ history }}.is_complete or {{ customer_created_at }} >= {{ history }}.loaded_from
            then true
        when
            {{ created_at }}
            >= {{ customer_created_at }} + {{ stripe_apex.days(var('attribution_window_days')) }}
            then false
    end
{%- endmacro %}


{#- The first day from which it is known of everybody whether they are new. -#}
{% macro new_customers_known_from(relation) -%}
    (
        select coalesce(
            max(case when is_new is null then revenue_date end) + 1, min(revenue_date)
        )
        from {{ relation }}
    )
{%- endmacro %}
