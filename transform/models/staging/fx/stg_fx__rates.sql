with source as (

    select * from {{ apex_source('fx_rates', key=['rate_date', 'from_currency', 'to_currency']) }} as fx_rates

),

renamed as (

    select
        rate_date,
        lower(from_currency) as from_currency,
        lower(to_currency) as to_currency,
        cast(rate as decimal(24, 12)) as rate
    from source

)

select * from renamed
