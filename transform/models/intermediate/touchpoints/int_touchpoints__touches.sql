{{ config(materialized='view') }}

with visits as (

    select * from {{ ref('int_touchpoints__visits') }}

),

carried as (

    select * from {{ ref('int_carried__visits') }}

),

touches as (

    select
        touchpoint_id,
        occurred_at,
        person_id,
        signal_id
    from visits

    union all

    select
        touchpoint_id,
        occurred_at,
        person_id,
        signal_id
    from carried

)

select * from touches
