{#- Did each variant get its share of the visitors? Pearson's chi-square against equal shares. -#}
with moments as (

    select * from {{ ref('int_experiments__moments') }}

),

nodes as (

    {{ quadrature_nodes() }}

),

deviations as (

    select
        experiment_id,
        variants - 1 as df,
        sum(power(n - all_visitors / variants, 2) / (all_visitors / variants)) as chi_square
    from moments
    where variants > 1
    group by experiment_id, variants

),

final as (

    select
        deviations.experiment_id,
        deviations.chi_square,
        {{ chi_tail('sqrt(deviations.chi_square)', 'deviations.df', 'nodes.place', 'nodes.weight') }}
        / {{ chi_tail('0', 'deviations.df', 'nodes.place', 'nodes.weight') }} as srm_p_value
    from deviations
    cross join nodes
    group by deviations.experiment_id, deviations.chi_square

)

select * from final
