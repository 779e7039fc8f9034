{#- Every exposed visitor, zeros included. Who saw two variants belongs to the first; a person with
    several exposed devices pays once, on the device that was exposed first. -#}
with experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

exposures as (

    select * from {{ ref('stg_experiments__exposures') }}
    where visitor_id is not null

),

visitors as (

    select * from {{ ref('int_identity__visitors') }}

),

revenue as (

    select * from {{ ref('int_charges__priced') }}

),

while_it_ran as (

    select
        exposures.experiment_id,
        exposures.visitor_id,
        exposures.variant,
        exposures.exposed_at,
        row_number() over (
            partition by exposures.experiment_id, exposures.visitor_id
            order by exposures.exposed_at, exposures.variant
        ) as exposure_number
    from exposures
    inner join experiments
        on
            exposures.experiment_id = experiments.experiment_id
            and exposures.exposed_at >= experiments.started_at
            and (experiments.ended_at is null or exposures.exposed_at < experiments.ended_at)

),

first_exposures as (

    select
        while_it_ran.experiment_id,
        while_it_ran.visitor_id,
        while_it_ran.variant,
        while_it_ran.exposed_at,
        visitors.person_id
    from while_it_ran
    left join visitors
        on while_it_ran.visitor_id = visitors.visitor_id
    where while_it_ran.exposure_number = 1

),

numbered as (

    select
        *,
        row_number() over (
            partition by experiment_id, person_id order by exposed_at, visitor_id
        ) as device_number
    from first_exposures

),

payments as (

    select
        numbered.experiment_id,
        numbered.visitor_id,
        cast(sum(
            case
                when revenue.created_at >= numbered.exposed_at then revenue.net_reporting_minor
                else 0
            end
        ) as bigint) as revenue_minor,
        cast(sum(
            case
                when
                    revenue.created_at < numbered.exposed_at
                    and revenue.created_at >= numbered.exposed_at - {{ days(var('experiment_cuped_days')) }}
                    then revenue.net_reporting_minor
                else 0
            end
        ) as bigint) as revenue_before_minor
    from numbered
    inner join revenue
        on numbered.person_id = revenue.person_id
    where numbered.device_number = 1
    group by numbered.experiment_id, numbered.visitor_id

),

final as (

    select
        numbered.experiment_id,
        numbered.visitor_id,
        numbered.variant,
        numbered.exposed_at,
        coalesce(payments.revenue_minor, 0) as revenue_minor,
        coalesce(payments.revenue_before_minor, 0) as revenue_before_minor
    from numbered
    left join payments
        on
            numbered.experiment_id = payments.experiment_id
            and numbered.visitor_id = payments.visitor_id

)

select * from final
