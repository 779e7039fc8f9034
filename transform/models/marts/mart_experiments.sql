{#- A variant has a row as soon as somebody saw it, even if all of them are left out. -#}
{%- set unit = float(power_of_ten(reporting_minor_units())) -%}
{%- set window_days = var('conversion_window_days') -%}
with experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

exposures as (

    select * from {{ ref('int_experiments__exposures') }}

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

variants as (

    select
        experiment_id,
        variant
    from exposures
    group by experiment_id, variant

),

left_out as (

    select
        experiment_id,
        count(distinct visitor_id) as visitors_of_several_variants
    from exposures
    where variants_seen > 1
    group by experiment_id

),

known_until as (

    select {{ as_of_date(ref('int_charges__priced'), 'revenue_date') }} as as_of_date

),

timed as (

    select
        experiments.*,
        coalesce(
            {{ local_date(
                '(experiments.ended_at'
                ~ (' + ' ~ days(window_days) if window_days else '')
                ~ " - interval '1 second')"
            ) }} > known_until.as_of_date,
            true
        ) as is_running
    from experiments
    cross join known_until

),

joined as (

    select
        variants.experiment_id,
        timed.experiment_name,
        variants.variant,
        timed.started_at,
        timed.ended_at,
        timed.is_running,
        cast({{ window_days or 'null' }} as integer) as conversion_window_days,
        '{{ var("reporting_currency") }}' as currency,
        cast(coalesce(moments.visitors, 0) as bigint) as visitors,
        cast(coalesce(left_out.visitors_of_several_variants, 0) as bigint)
            as visitors_of_several_variants,
        coalesce(moments.payers, 0) as payers,
        coalesce(moments.is_known, true) as is_known,
        cast(case when moments.visitors is null then 0 else moments.revenue_minor end as bigint)
            as revenue_minor,
        cast(case when moments.visitors is null then 0 else moments.later_revenue_minor end as bigint)
            as later_revenue_minor,
        case when moments.is_known then moments.mean_y end / {{ unit }} as revenue_per_visitor,
        case when moments.is_known then sqrt(moments.var_y) end / {{ unit }} as revenue_per_visitor_sd,
        comparisons.difference / {{ unit }} as difference,
        comparisons.difference_low / {{ unit }} as difference_low,
        comparisons.difference_high / {{ unit }} as difference_high,
        comparisons.always_valid_difference_low / {{ unit }} as always_valid_difference_low,
        comparisons.always_valid_difference_high / {{ unit }} as always_valid_difference_high,
        comparisons.lift,
        comparisons.lift_low,
        comparisons.lift_high,
        comparisons.always_valid_lift_low,
        comparisons.always_valid_lift_high,
        comparisons.df as degrees_of_freedom,
        comparisons.p_value,
        comparisons.adjusted_p_value,
        comparisons.always_valid_p_value,
        comparisons.adjusted_always_valid_p_value,
        sample_ratios.srm_p_value,
        comparisons.difference * comparisons.n / {{ unit }} as impact,
        case
            when timed.is_running then comparisons.always_valid_difference_low
            else comparisons.difference_low
        end * comparisons.n / {{ unit }} as impact_low,
        case
            when timed.is_running then comparisons.always_valid_difference_high
            else comparisons.difference_high
        end * comparisons.n / {{ unit }} as impact_high,
        costs.cost_minor,
        {{ float('costs.cost_minor') }} / {{ unit }} as cost
    from variants
    inner join timed
        on variants.experiment_id = timed.experiment_id
    left join moments
        on
            variants.experiment_id = moments.experiment_id
            and variants.variant = moments.variant
    left join comparisons
        on
            variants.experiment_id = comparisons.experiment_id
            and variants.variant = comparisons.variant
    left join left_out
        on variants.experiment_id = left_out.experiment_id
    left join sample_ratios
        on variants.experiment_id = sample_ratios.experiment_id
    left join costs
        on variants.experiment_id = costs.experiment_id

),

final as (

    select
        experiment_id,
        experiment_name,
        variant,
        started_at,
        ended_at,
        is_running,
        conversion_window_days,
        currency,
        visitors,
        visitors_of_several_variants,
        payers,
        revenue_minor,
        later_revenue_minor,
        revenue_per_visitor,
        revenue_per_visitor_sd,
        difference,
        difference_low,
        difference_high,
        always_valid_difference_low,
        always_valid_difference_high,
        lift,
        lift_low,
        lift_high,
        always_valid_lift_low,
        always_valid_lift_high,
        degrees_of_freedom,
        p_value,
        adjusted_p_value,
        always_valid_p_value,
        adjusted_always_valid_p_value,
        srm_p_value,
        impact,
        impact_low,
        impact_high,
        cost_minor,
        cost,
        case when cost_minor > 0 then (impact - cost) / cost end as roi,
        case
            when variant = 'control' then 'control'
            when not is_known then 'missing_rate'
            when srm_p_value < 0.001 then 'sample_ratio_mismatch'
            when impact is null then 'not_enough_data'
            when impact_low > 0 then 'better'
            when impact_high < 0 then 'worse'
            else 'inconclusive'
        end as verdict
    from joined

)

select * from final
