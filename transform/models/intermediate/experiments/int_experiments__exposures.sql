{#- When each visitor first saw each variant while the experiment ran, and how many variants they saw.
    With the var `as_of_date`, what was known at the end of that day. -#}
with experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

exposures as (

    select * from {{ ref('stg_experiments__exposures') }}
    where visitor_id is not null

),

first_exposures as (

    select
        exposures.experiment_id,
        exposures.visitor_id,
        exposures.variant,
        min(exposures.exposed_at) as exposed_at
    from exposures
    inner join experiments
        on
            exposures.experiment_id = experiments.experiment_id
            and exposures.exposed_at >= experiments.started_at
            and (experiments.ended_at is null or exposures.exposed_at < experiments.ended_at)
    {%- if var('as_of_date') %}
    where {{ local_date('exposures.exposed_at') }} <= cast('{{ var("as_of_date") }}' as date)
    {%- endif %}
    group by exposures.experiment_id, exposures.visitor_id, exposures.variant

),

final as (

    select
        experiment_id,
        visitor_id,
        variant,
        exposed_at,
        count(*) over (partition by experiment_id, visitor_id) as variants_seen
    from first_exposures

)

select * from final
