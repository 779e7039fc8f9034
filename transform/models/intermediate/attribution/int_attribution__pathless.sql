{#- What no touch can take goes to the channel of a lead that is recent enough, else to nobody. -#}
with revenue as (

    select
        *,
        {{ conversion_time('created_at', 'person_id') }} as converted_at
    from {{ ref('int_charges__priced') }}

),

leads as (

    select * from {{ ref('int_leads__by_person') }}

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
        case
            when revenue.lead_channel is null then coalesce(revenue.unmatched_reason, 'no_visit')
            when not ({{ channel_counts('revenue.lead_channel') }}) then 'excluded_channel'
            when {{ lead_is_too_old('revenue.converted_at', 'leads.lead_created_at') }}
                then 'lead_too_old'
            else 'lead_channel'
        end as reason
    from revenue
    left join leads
        on revenue.person_id = leads.person_id
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
        case when reason = 'lead_channel' then lead_channel else 'unattributed' end as channel,
        case when reason = 'lead_channel' then lead_source end as source,
        case when reason = 'lead_channel' then lead_campaign end as campaign,
        reason
    from pathless

)

select * from explained
