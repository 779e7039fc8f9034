{#- Metrics add up whatever they are not grouped by, and the credits of all attribution models add up to
    several times the revenue. So they see those of one. -#}
with credits as (

    select * from {{ ref('fct_attribution') }}

),

final as (

    select *
    from credits
    where attribution_model = '{{ default_attribution_model() }}'

)

select * from final
