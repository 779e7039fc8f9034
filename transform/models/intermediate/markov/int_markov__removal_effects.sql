{#- The share of conversions that is lost when a channel sends its visitors to nothing.

    The chain is absorbing: its matrix, squared again and again, holds the probabilities of ending
    in each state after 2, 4, 8, ... steps. Fourteen squarings are 16,384 steps, more than any path
    takes. One matrix for each removed channel, and one with none removed. What is all but impossible
    is left out, since some engines call an underflow an error. -#}
{%- set squarings = 14 -%}
with transitions as (

    select * from {{ ref('int_markov__transitions') }}

),

channels as (

    select distinct from_state as channel
    from transitions
    where from_state <> '(start)'

),

removals as (

    select channel as removed from channels

    union all

    select '(none)' as removed

),

probabilities as (

    select
        from_state,
        to_state,
        {{ float('moves') }} / {{ float('sum(moves) over (partition by from_state)') }} as probability
    from transitions

),

matrix_0 as (

    select
        removals.removed,
        probabilities.from_state,
        probabilities.to_state,
        probabilities.probability
    from probabilities
    inner join removals
        on
            probabilities.from_state <> removals.removed
            and probabilities.to_state <> removals.removed
    where probabilities.to_state <> '(nothing)'

    union all

    select
        removed,
        '(conversion)' as from_state,
        '(conversion)' as to_state,
        {{ float('1') }} as probability
    from removals

),

{{ absorbed_after(squarings) }},

conversions as (

    select
        removals.removed,
        coalesce(absorbed.probability, 0) as probability
    from removals
    left join absorbed
        on removals.removed = absorbed.removed

),

effects as (

    select
        without.removed as channel,
        case
            when everything.probability > 0 then 1 - without.probability / everything.probability
            else 0
        end as removal_effect
    from conversions as without
    inner join conversions as everything
        on everything.removed = '(none)'
    where without.removed <> '(none)'

),

{#- Whole ten-thousandths, at least one. The tiny shift keeps a fraction that ends in a half on
    one side, whatever order its terms were added up in. -#}
final as (

    select
        channel,
        removal_effect,
        greatest(1, cast(round(10000 * removal_effect + 0.0001) as integer)) as markov_weight
    from effects

)

select * from final
