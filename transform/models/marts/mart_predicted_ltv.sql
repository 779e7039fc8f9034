{{ config(enabled=predicts_ltv()) }}

with purchases as (

    select * from {{ ref('int_ltv__customers') }}

),

predictions as (

    select
        person_id,
        probability_alive,
        expected_purchases,
        expected_value_minor / {{ power_of_ten(reporting_minor_units()) }} as expected_value
    from {{ ref('int_ltv__predictions') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

fit as (

    select * from {{ ref('int_ltv__fit') }}

),

final as (

    select
        purchases.person_id,
        customers.first_channel,
        customers.first_campaign,
        purchases.as_of_date,
        purchases.first_purchase_date,
        purchases.last_purchase_date,
        purchases.repeat_purchases + 1 as purchases,
        customers.currency,
        customers.ltv_minor,
        customers.ltv,
        purchases.horizon_days,
        predictions.probability_alive,
        predictions.expected_purchases,
        predictions.expected_value as expected_purchase_value,
        predictions.expected_purchases * predictions.expected_value as predicted_revenue,
        {{ float('customers.ltv') }} + predictions.expected_purchases * predictions.expected_value
            as predicted_ltv,
        cast(fit.reason as {{ dbt.type_string() }}) as reason
    from purchases
    inner join customers
        on purchases.person_id = customers.person_id
    inner join predictions
        on purchases.person_id = predictions.person_id
    cross join fit

)

select * from final
