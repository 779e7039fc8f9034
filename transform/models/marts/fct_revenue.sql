{{ config(materialized='view') }}

with priced as (

    select * from {{ ref('int_charges__priced') }}

)

select * from priced
