{#- The CTE `absorbed`: how probable it is to end in a conversion, for each removed channel. It squares
    the CTE `matrix_0` of (removed, from_state, to_state, probability) again and again. -#}
{% macro absorbed_after(squarings) -%}
    {{ return(adapter.dispatch('absorbed_after', 'stripe_apex')(squarings)) }}
{%- endmacro %}

{% macro default__absorbed_after(squarings) -%}
{% for number in range(1, squarings + 1) -%}
matrix_{{ number }} as (

    select
        one.removed,
        one.from_state,
        two.to_state,
        sum(one.probability * two.probability) as probability
    from matrix_{{ number - 1 }} as one
    inner join matrix_{{ number - 1 }} as two
        on
            one.removed = two.removed
            and one.to_state = two.from_state
            and one.probability > 1e-150
            and two.probability > 1e-150
    group by one.removed, one.from_state, two.to_state

),

{% endfor -%}
absorbed as (

    select
        removed,
        probability
    from matrix_{{ squarings }}
    where from_state = '(start)' and to_state = '(conversion)'

)
{%- endmacro %}

{#- Spark writes out a CTE wherever it is used, so fourteen squarings would be a plan of 16,384 joins:
    here a matrix is one value, an array of rows. -#}
{% macro spark__absorbed_after(squarings) -%}
states as (

    select
        removed,
        from_state as state
    from matrix_0

    union

    select
        removed,
        to_state as state
    from matrix_0

),

numbered as (

    select
        removed,
        state,
        row_number() over (partition by removed order by state) - 1 as place
    from states

),

cells as (

    select
        one.removed,
        one.place as row_place,
        two.place as column_place,
        coalesce(matrix_0.probability, {{ stripe_apex.float('0') }}) as probability
    from numbered as one
    inner join numbered as two
        on one.removed = two.removed
    left join matrix_0
        on
            one.removed = matrix_0.removed
            and one.state = matrix_0.from_state
            and two.state = matrix_0.to_state

),

matrix_rows as (

    select
        removed,
        row_place,
        sort_array(collect_list(struct(column_place, probability))).probability as matrix_row
    from cells
    group by removed, row_place

),

powers as (

    select
        removed,
        aggregate(
            sequence(1, {{ squarings }}),
            sort_array(collect_list(struct(row_place, matrix_row))).matrix_row,
            (matrix, step) -> transform(
                matrix,
                matrix_row -> transform(
                    sequence(0, size(matrix) - 1),
                    place -> aggregate(
                        sequence(0, size(matrix) - 1),
                        {{ stripe_apex.float('0') }},
                        (total, via) -> total + matrix_row[via] * matrix[via][place]
                    )
                )
            )
        ) as matrix
    from matrix_rows
    group by removed

),

absorbed as (

    select
        powers.removed,
        powers.matrix[starts.place][ends.place] as probability
    from powers
    inner join numbered as starts
        on
            powers.removed = starts.removed
            and starts.state = '(start)'
    inner join numbered as ends
        on
            powers.removed = ends.removed
            and ends.state = '(conversion)'

)
{%- endmacro %}
