with numbers as (

    {{ dbt.generate_series(16384) }}

),

days as (

    select cast({{ dbt.dateadd('day', 'generated_number - 1', "cast('2010-01-01' as date)") }} as date)
        as date_day
    from numbers

)

select * from days
