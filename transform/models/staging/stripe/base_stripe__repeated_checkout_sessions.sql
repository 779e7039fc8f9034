{{ config(materialized='table') }}

{{ repeated_keys(stripe_source('checkout_sessions'), 'id') }}
