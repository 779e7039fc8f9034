with source as (

    select * from {{ apex_source('experiments', key=['experiment_id']) }} as experiments

),

renamed as (

    select
        experiment_id,
        name as experiment_name,
        {{ utc('started_at') }} as started_at,
        {{ utc('ended_at') }} as ended_at,
        cost,
        lower(cost_currency) as cost_currency
    from source

)

select * from renamed
