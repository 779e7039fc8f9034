{{ config(materialized='table') }}

select distinct {{ url_host('landing_page') }} as host
from {{ apex_source('touchpoints') }} as source
