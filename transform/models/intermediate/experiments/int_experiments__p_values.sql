{#- How surprising each difference would be if there were none: by Welch's test, for an experiment that
    is judged once, and by an always-valid test, for one that is looked at again and again. Both are
    corrected for the number of variants by Holm's method; `*_alpha` is the level at which Holm tests
    this variant, so that an interval of that level excludes zero exactly where the corrected p-value
    is below 0.05. -#}
{%- set tests = ['welch', 'always_valid'] -%}
with pairs as (

    select * from {{ ref('int_experiments__pairs') }}

),

nodes as (

    {{ quadrature_nodes() }}

),

errors as (

    select
        *,
        sqrt(treated_variance + control_variance) as standard_error,
        power(treated_variance + control_variance, 2) / (
            power(treated_variance, 2) / (n - 1) + power(control_variance, 2) / (control_n - 1)
        ) as df,
        (n + control_n) * {{ always_valid_rho_squared() }} as mixture
    from pairs
    where treated_variance + control_variance > 0

),

tails as (

    select
        errors.experiment_id,
        errors.variant,
        {{ t_tail(
            'atan(abs(errors.difference) / errors.standard_error / sqrt(errors.df))', 'errors.df',
            'nodes.place', 'nodes.weight'
        ) }} as beyond,
        {{ t_tail('0', 'errors.df', 'nodes.place', 'nodes.weight') }} as half
    from errors
    cross join nodes
    group by errors.experiment_id, errors.variant

),

p_values as (

    select
        errors.*,
        tails.half,
        tails.beyond / tails.half as welch_p,
        least(1, sqrt(errors.mixture + 1) * exp(greatest(
            -power(errors.difference / errors.standard_error, 2)
            * errors.mixture / (2 * (errors.mixture + 1)),
            -700
        ))) as always_valid_p
    from errors
    inner join tails
        on
            errors.experiment_id = tails.experiment_id
            and errors.variant = tails.variant

),

ranked as (

    select
        *,
        {%- for test in tests %}
        1 + count(*) over (partition by experiment_id) - row_number() over (
            partition by experiment_id order by {{ test }}_p, variant
        ) as {{ test }}_hypotheses{{ ',' if not loop.last }}
        {%- endfor %}
    from p_values

),

stepped as (

    select
        *,
        {%- for test in tests %}
        max({{ test }}_hypotheses * {{ test }}_p) over (
            partition by experiment_id
            order by {{ test }}_hypotheses desc
            rows between unbounded preceding and current row
        ) as {{ test }}_stepped_p{{ ',' if not loop.last }}
        {%- endfor %}
    from ranked

),

final as (

    select
        *,
        {%- for test in tests %}
        least(1, {{ test }}_stepped_p) as {{ test }}_adjusted_p,
        0.05 / case
            when {{ test }}_p > 0 then {{ test }}_stepped_p / {{ test }}_p
            else {{ test }}_hypotheses
        end as {{ test }}_alpha{{ ',' if not loop.last }}
        {%- endfor %}
    from stepped

)

select * from final
