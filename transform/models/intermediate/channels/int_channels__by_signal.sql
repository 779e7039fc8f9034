{#- The rules look at the fields that decide, however many campaigns there are. The channel of a promotion
    code is not theirs to give. -#}
with rules as (

    select * from {{ ref('int_channels__rules') }}

),

codes as (

    select * from {{ ref('int_channels__promotion_codes') }}

),

parts as (

    select * from {{ ref('int_channels__signals') }}

),

looked_at as (

    select distinct
        rule_source,
        rule_medium,
        rule_host,
        click_ids
    from parts

),

labels as (

    select * from {{ ref('int_spend__visit_labels') }}

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
        coalesce(labels.campaign, nullif(parts.campaign, '')) as campaign,
        nullif(parts.campaign, '') as utm_campaign,
        parts.rule_source,
        parts.click_ids,
        coalesce(matching.channel, 'other') as channel
    from parts
    left join matching
        on
            parts.rule_source = matching.rule_source
            and parts.rule_medium = matching.rule_medium
            and parts.rule_host = matching.rule_host
            and parts.click_ids = matching.click_ids
            and matching.rule_rank = 1
    left join labels
        on
            parts.rule_source = labels.rule_source
            and parts.click_ids = labels.click_ids
            and parts.campaign = labels.utm_campaign

    union all

    select
        signal,
        {{ fast_key('signal') }} as signal_id,
        partner as source,
        campaign,
        campaign as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as rule_source,
        cast(null as {{ dbt.type_string() }}) as click_ids,
        channel
    from codes

)

select * from final
