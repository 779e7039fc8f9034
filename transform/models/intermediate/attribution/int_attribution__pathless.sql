{#- What no touch can take goes to the lead's own channel, and without a lead to nobody. -#}
with revenue as (

    select * from {{ ref('int_charges__priced') }}

),

walked as (

    select
        person_id,
        person_charge_number
    from {{ ref('int_attribution__weights') }}
    where position = 1

),

pathless as (

    select
        revenue.*,
        revenue.lead_channel is not null and {{ channel_counts('revenue.lead_channel') }}
            as lead_counts
    from revenue
    left join walked
        on
            revenue.person_id = walked.person_id
            and revenue.person_charge_number = walked.person_charge_number
    where walked.person_id is null

),

explained as (

    select
        charge_id,
        person_id,
        person_charge_number,
        revenue_date,
        previous_revenue_date,
        is_new,
        currency,
        net_minor,
        net_reporting_minor,
        {%- for name in amounts_beside_net() %}
        {{ name }},
        {%- endfor %}
        case when lead_counts then lead_channel else 'unattributed' end as channel,
        case when lead_counts then lead_source end as source,
        case when lead_counts then lead_campaign end as campaign,
        case
            when lead_counts then 'lead_channel'
            when lead_channel is not null then 'excluded_channel'
            else unmatched_reason
        end as reason
    from pathless

)

select * from explained
