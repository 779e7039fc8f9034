with rules as (

    select * from {{ ref('channel_rules') }}

),

{% set columns = ['source', 'medium', 'referrer_host'] -%}
{%- for name in click_ids() %}{% do columns.append('has_' ~ name) %}{% endfor -%}
signals as (

    select
        signal,
        {{ columns | join(',\n        ') }}
    from {{ ref('int_touchpoints__signals') }}

    union

    select
        signal,
        {{ columns | join(',\n        ') }}
    from {{ ref('int_leads__signals') }}

),

matching as (

    select
        signals.signal,
        rules.channel,
        row_number() over (partition by signals.signal order by rules.priority) as rule_rank
    from signals
    inner join rules
        on (
            rules.click_id is null
            {%- for name in click_ids() %}
            or (rules.click_id = '{{ name }}' and signals.has_{{ name }} = 1)
            {%- endfor %}
        )
        and (
            rules.utm_source is null
            or {{ matches("coalesce(signals.source, '-')", 'rules.utm_source') }}
        )
        and (
            rules.utm_medium is null
            or {{ matches("coalesce(signals.medium, '-')", 'rules.utm_medium') }}
        )
        and (
            rules.referrer_host is null
            or {{ matches('signals.referrer_host', 'rules.referrer_host') }}
        )

),

first_rule as (

    select
        signal,
        channel
    from matching
    where rule_rank = 1

)

select * from first_rule
