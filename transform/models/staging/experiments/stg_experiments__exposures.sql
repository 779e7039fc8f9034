with source as (

    select * from {{ apex_source('experiment_exposures') }} as experiment_exposures

),

renamed as (

    select
        experiment_id,
        {{ snake_case('variant') }} as variant,
        nullif(visitor_id, '') as visitor_id,
        {{ utc('exposed_at') }} as exposed_at
    from source

)

select * from renamed
