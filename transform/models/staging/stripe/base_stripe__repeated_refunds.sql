{{ config(materialized='table') }}

{{ repeated_keys(stripe_source('refunds'), 'id') }}
