with revenue as (

    select
        *,
        {{ first_of_month('revenue_date') }} as revenue_month
    from {{ ref('fct_revenue') }}

),

coverage as (

    select
        revenue_month,
        currency,
        match_status,
        matched_by,
        unmatched_reason,
        count(*) as charges,
        count(case when match_conflict then 1 end) as conflicts,
        cast(sum(net_minor) as bigint) as net_minor,
        {{ sum_of_all('net_reporting_minor') }} as net_reporting_minor
    from revenue
    group by revenue_month, currency, match_status, matched_by, unmatched_reason

)

select * from coverage
