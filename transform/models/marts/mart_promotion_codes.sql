with revenue as (

    select
        charge_id,
        currency,
        net_minor,
        net_reporting_minor
    from {{ ref('fct_revenue') }}

),

codes as (

    select * from {{ ref('int_carried__charge_codes') }}

),

by_code as (

    select
        codes.promotion_code,
        revenue.currency,
        count(*) as charges,
        cast(sum(revenue.net_minor) as bigint) as net_minor,
        {{ sum_of_all('revenue.net_reporting_minor') }} as net_reporting_minor,
        max(codes.channel) as channel,
        max(codes.campaign) as campaign,
        max(codes.partner) as partner,
        max(codes.channel) is not null as has_channel
    from codes
    inner join revenue
        on codes.charge_id = revenue.charge_id
    group by codes.promotion_code, revenue.currency

)

select * from by_code
