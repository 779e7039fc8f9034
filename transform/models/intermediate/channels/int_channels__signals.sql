with signals as (

    select signal from {{ ref('int_touchpoints__page_views') }}

    union

    select signal from {{ ref('int_leads__signals') }}

    union

    select signal from {{ ref('int_carried__fields') }}
    where field not in ('promotion_code')

),

parts as (

    select
        signal,
        {{ signal_part('signal', 1) }} as rule_source,
        {{ signal_part('signal', 2) }} as rule_medium,
        {{ signal_part('signal', 3) }} as rule_host,
        {{ signal_part('signal', 4) }} as click_ids,
        {{ signal_part('signal', 5) }} as campaign
    from signals

)

select * from parts
