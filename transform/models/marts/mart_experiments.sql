{%- set unit = float(power_of_ten(reporting_minor_units())) -%}
with experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

moments as (

    select * from {{ ref('int_experiments__moments') }}

),

comparisons as (

    select * from {{ ref('int_experiments__comparisons') }}

),

sample_ratios as (

    select * from {{ ref('int_experiments__sample_ratios') }}

),

costs as (

    select * from {{ ref('int_experiments__costs') }}

),

joined as (

    select
        moments.experiment_id,
        experiments.experiment_name,
        moments.variant,
        experiments.started_at,
        experiments.ended_at,
        '{{ var("reporting_currency") }}' as currency,
        cast(moments.n as bigint) as visitors,
        moments.payers,
        cast(moments.revenue_minor as bigint) as revenue_minor,
        moments.mean_y / {{ unit }} as revenue_per_visitor,
        sqrt(moments.var_y) / {{ unit }} as revenue_per_visitor_sd,
        comparisons.difference / {{ unit }} as difference,
        comparisons.difference_low / {{ unit }} as difference_low,
        comparisons.difference_high / {{ unit }} as difference_high,
        comparisons.lift,
        comparisons.lift_low,
        comparisons.lift_high,
        comparisons.df as degrees_of_freedom,
        comparisons.p_value,
        sample_ratios.srm_p_value,
        comparisons.difference * comparisons.n / {{ unit }} as impact,
        comparisons.difference_low * comparisons.n / {{ unit }} as impact_low,
        comparisons.difference_high * comparisons.n / {{ unit }} as impact_high,
        costs.cost_minor,
        {{ float('costs.cost_minor') }} / {{ unit }} as cost
    from moments
    inner join experiments
        on moments.experiment_id = experiments.experiment_id
    left join comparisons
        on
            moments.experiment_id = comparisons.experiment_id
            and moments.variant = comparisons.variant
    left join sample_ratios
        on moments.experiment_id = sample_ratios.experiment_id
    left join costs
        on moments.experiment_id = costs.experiment_id

),

final as (

    select
        *,
        case when cost_minor > 0 then (impact - cost) / cost end as roi,
        case
            when variant = 'control' then 'control'
            when srm_p_value < 0.001 then 'sample_ratio_mismatch'
            when p_value is null then 'not_enough_data'
            when p_value >= 0.05 then 'inconclusive'
            when difference > 0 then 'better'
            else 'worse'
        end as verdict
    from joined

)

select * from final
