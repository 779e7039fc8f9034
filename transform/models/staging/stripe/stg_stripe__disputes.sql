with {{ newest_version(
    stripe_source('disputes'), 'id', 'updated_at', ref('base_stripe__repeated_disputes'),
    loaded=true
) }},

renamed as (

    select
        id as dispute_id,
        charge_id,
        lower(currency) as currency,
        amount as dispute_minor,
        status as dispute_status,
        {{ utc('updated_at') }} as updated_at,
        -- An inquiry moves no money, and what was won or prevented came back.
        status in ('needs_response', 'under_review', 'lost') as takes_money
    from newest
    where _sdc_deleted_at is null

)

select * from renamed
