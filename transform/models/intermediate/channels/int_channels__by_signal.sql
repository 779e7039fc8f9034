{#- The rules look at the fields that decide, however many campaigns there are. The channel of a promotion
    code is not theirs to give. -#}
with rules as (

    select * from {{ ref('int_channels__rules') }}

),

signals as (

    select signal from {{ ref('int_touchpoints__page_views') }}

    union

    select signal from {{ ref('int_leads__signals') }}

    union

    select signal from {{ ref('int_carried__fields') }}
    where field <> 'promotion_code'

),

codes as (

    select * from {{ ref('int_channels__promotion_codes') }}

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

),

looked_at as (

    select distinct
        rule_source,
        rule_medium,
        rule_host,
        click_ids
    from parts

),

matching as (

    select
        looked_at.*,
        rules.channel,
        row_number() over (
            partition by
                looked_at.rule_source,
                looked_at.rule_medium,
                looked_at.rule_host,
                looked_at.click_ids
            order by rules.priority
        ) as rule_rank
    from looked_at
    inner join rules
        on
            {{ rule_matches(
                'rules', 'looked_at.rule_source', 'looked_at.rule_medium', 'looked_at.rule_host',
                'looked_at.click_ids'
            ) }}

),

final as (

    select
        parts.signal,
        {{ fast_key('parts.signal') }} as signal_id,
        nullif(parts.rule_source, '-') as source,
        nullif(parts.campaign, '') as campaign,
        coalesce(matching.channel, 'other') as channel
    from parts
    left join matching
        on
            parts.rule_source = matching.rule_source
            and parts.rule_medium = matching.rule_medium
            and parts.rule_host = matching.rule_host
            and parts.click_ids = matching.click_ids
            and matching.rule_rank = 1

    union all

    select
        signal,
        {{ fast_key('signal') }} as signal_id,
        partner as source,
        campaign,
        channel
    from codes

)

select * from final
