{#- As in `metric_credits`: of one attribution model. -#}
with channel_days as (

    select * from {{ ref('mart_channels') }}

),

final as (

    select *
    from channel_days
    where attribution_model = '{{ default_attribution_model() }}'

)

select * from final
