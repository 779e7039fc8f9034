{{ config(enabled=predicts_ltv()) }}

with fit as (

    select * from {{ ref('int_ltv__fit') }}

),

final as (

    select
        '{{ var("reporting_currency") }}' as currency,
        customers,
        repeat_customers,
        case
            when reason is not null then 'no_prediction'
            when coalesce(holdout_expected_revenue_minor, 0) = 0 or holdout_revenue_minor = 0
                then 'unchecked'
            when
                holdout_expected_revenue_minor between
                {{ float('0.75') }} * holdout_revenue_minor
                and {{ float('1.25') }} * holdout_revenue_minor
                and coalesce(abs(correlation), 0) <= 0.3
                then 'plausible'
            else 'doubtful'
        end as verdict,
        cast(reason as {{ dbt.type_string() }}) as reason,
        holdout_days,
        holdout_customers,
        holdout_purchases,
        holdout_expected_purchases,
        {{ major('holdout_revenue_minor', reporting_minor_units()) }} as holdout_revenue,
        holdout_expected_revenue_minor / {{ power_of_ten(reporting_minor_units()) }}
            as holdout_expected_revenue,
        correlation,
        r,
        alpha as alpha_days,
        a,
        b,
        p,
        q,
        v / {{ power_of_ten(reporting_minor_units()) }} as v
    from fit

)

select * from final
