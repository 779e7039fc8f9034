with unmatched as (

    select * from {{ ref('mart_unmatched') }}

),

remedies as (

    select
        remedy_kind as remedy,
        currency,
        count(*) as charges,
        cast(sum(net_minor) as bigint) as net_minor,
        {{ sum_of_all('net_reporting_minor') }} as net_reporting_minor
    from unmatched
    group by remedy_kind, currency

)

select * from remedies
