{{ config(materialized='table') }}

{{ repeated_keys(apex_source('touchpoints'), 'touchpoint_id') }}
