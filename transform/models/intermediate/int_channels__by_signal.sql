with rules as (

    select * from {{ ref('channel_rules') }}

),

signals as (

    select signal from {{ ref('int_touchpoints__people') }}

    union

    select signal from {{ ref('int_leads__signals') }}

),

parts as (

    select
        signal,
        nullif({{ signal_part(1) }}, '-') as source,
        {{ signal_part(1) }} as rule_source,
        {{ signal_part(2) }} as rule_medium,
        {{ signal_part(3) }} as rule_host,
        {{ signal_part(4) }} as click_ids
    from signals

),

matching as (

    select
        parts.signal,
        parts.source,
        rules.channel,
        row_number() over (partition by parts.signal order by rules.priority) as rule_rank
    from parts
    inner join rules
        on
            (rules.click_id is null or parts.click_ids like '%' || rules.click_id || '%')
            and (rules.utm_source is null or {{ matches('parts.rule_source', 'rules.utm_source') }})
            and (rules.utm_medium is null or {{ matches('parts.rule_medium', 'rules.utm_medium') }})
            and (
                rules.referrer_host is null
                or {{ matches('parts.rule_host', 'rules.referrer_host') }}
            )

),

first_rule as (

    select
        signal,
        source,
        channel
    from matching
    where rule_rank = 1

)

select * from first_rule
