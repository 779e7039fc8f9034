{{ config(materialized='table') }}

{{ repeated_keys(apex_source('leads'), 'lead_id') }}
