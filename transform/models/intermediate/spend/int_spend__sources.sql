{#- The rules for visits read a source of spend twice: alone, and as that of a paid click. Alone, `google`
    is organic search; who pays for it is told by the second reading. What a source says alone is kept
    where it is not organic: a newsletter that was paid for is email. -#}
with rules as (

    select * from {{ ref('int_channels__rules') }}

),

sources as (

    select distinct utm_source
    from {{ ref('stg_ads__spend') }}
    where utm_source is not null

),

readings as (

    select
        utm_source,
        '-' as utm_medium
    from sources

    union all

    select
        utm_source,
        'cpc' as utm_medium
    from sources

),

matching as (

    select
        readings.utm_source,
        readings.utm_medium,
        rules.channel,
        row_number() over (
            partition by readings.utm_source, readings.utm_medium order by rules.priority
        ) as rule_rank
    from readings
    inner join rules
        on
            {{ rule_matches('rules', 'readings.utm_source', 'readings.utm_medium', "'-'", "''") }}

),

by_source as (

    select
        utm_source,
        max(case when utm_medium = '-' then channel end) as own_channel,
        max(case when utm_medium = 'cpc' then channel end) as paid_channel
    from matching
    where rule_rank = 1
    group by utm_source

),

final as (

    select
        utm_source as source,
        case
            when own_channel in ('organic_search', 'organic_social') then paid_channel
            when own_channel not in ('direct', 'other') then own_channel
        end as channel
    from by_source

)

select * from final
