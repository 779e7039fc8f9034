{{ config(materialized='table') }}

{{ repeated_keys(stripe_source('failed_charges'), 'id') }}
