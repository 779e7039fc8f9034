{#- The attribution models as weights of the touches of a path. A weight is a whole number: what
    lies before a touch, what lies up to and with it, and the weight of the whole path. -#}

{% macro known_attribution_models() -%}
    {{ return([
        'first_touch', 'last_touch', 'last_non_direct', 'linear', 'position_based', 'time_decay',
        'markov',
    ]) }}
{%- endmacro %}


{#- The one whose credits the metrics of the semantic layer add up. -#}
{% macro default_attribution_model() -%}
    {%- set computed = var('attribution_models') -%}
    {%- set usual = 'position_based' if 'position_based' in computed else computed[0] -%}
    {{ return(var('default_attribution_model') or usual) }}
{%- endmacro %}


{% macro single_touch_models() -%}
    {{ return(['first_touch', 'last_touch', 'last_non_direct']) }}
{%- endmacro %}


{#- Those whose weight of a touch is more than its place: int_attribution__paths holds it. -#}
{% macro weighed_models() -%}
    {{ return(var('attribution_models') | select('in', ['time_decay', 'markov']) | list) }}
{%- endmacro %}


{#- Is a touch the one of its path that takes it all? -#}
{% macro takes_all(model, position, path_length, is_last_non_direct) -%}
    {%- if model == 'first_touch' -%}
        {{ position }} = 1
    {%- elif model == 'last_touch' -%}
        {{ position }} = {{ path_length }}
    {%- else -%}
        {{ is_last_non_direct }}
    {%- endif -%}
{%- endmacro %}


{#- The weights of a touch, as whole numbers: of the touches up to and with it, of those before it, and
    of the whole path. A model that weighs by place needs the place alone. Position based: 40 % first,
    40 % last, the middle shares 20 %, a path of two is halved; in units in which a touch of the middle
    weighs 1. -#}
{% macro weights_of_touch(model, position, path_length, weight, weight_through, weight_total) -%}
    {%- if model == 'linear' -%}
        {{ return([position, position ~ ' - 1', path_length]) }}
    {%- elif model == 'position_based' -%}
        {{ return([
            stripe_apex.position_based_through(position, path_length),
            stripe_apex.position_based_through(position ~ ' - 1', path_length),
            'case when ' ~ path_length ~ ' <= 2 then ' ~ path_length
                ~ ' else 5 * (' ~ path_length ~ ' - 2) end',
        ]) }}
    {%- endif -%}
    {{ return([weight_through, weight_through ~ ' - ' ~ weight, weight_total]) }}
{%- endmacro %}


{#- Weight of the first `number` touches of a path, position based. -#}
{% macro position_based_through(number, path_length) -%}
    case
        when {{ path_length }} <= 2 or {{ number }} = 0 then {{ number }}
        when {{ number }} = {{ path_length }} then 5 * ({{ path_length }} - 2)
        else 2 * ({{ path_length }} - 2) + {{ number }} - 1
    end
{%- endmacro %}


{#- A touch loses half of its weight in each half-life before the last touch of its path, which weighs
    2 ** 30. A power of two is halved without a remainder, so engines need not agree on how to round;
    after 31 half-lives nothing is left, and none is asked for a number too small for it. -#}
{% macro decay_weight(last_touch_at, occurred_at) -%}
    cast(floor(1073741824 * power(
        {{ stripe_apex.float('0.5') }},
        least(64, (
            {{ stripe_apex.epoch_seconds(last_touch_at) }}
            - {{ stripe_apex.epoch_seconds(occurred_at) }}
        ) / {{ stripe_apex.float(var('time_decay_half_life_days') | int * 86400) }})
    ) + 0.5) as bigint)
{%- endmacro %}


{#- A touch's part of an amount by an attribution model that shares:
    floor(amount * W_k / W) - floor(amount * W_(k-1) / W), whole numbers whose sum over the path is
    the amount, whatever its sign. -#}
{% macro shared_credit(amount, through, before, total) -%}
    {{ stripe_apex.floor_divide(amount ~ ' * (' ~ through ~ ')', total) }}
    - {{ stripe_apex.floor_divide(amount ~ ' * (' ~ before ~ ')', total) }}
{%- endmacro %}


{#- Does an amount of twelve digits times the weight of any path stay within 64 bits? -#}
{% macro has_small_weights(model) -%}
    {{ return(model != 'time_decay' and var('max_touches_per_email') | int <= 900) }}
{%- endmacro %}


{#- A touch's part of an amount, null where the attribution model gives it none. The weights are columns
    for those of weighed_models() alone. -#}
{% macro credit(
    model, amount, position, path_length, is_last_non_direct, weight, weight_through, weight_total
) -%}
    {%- if model in stripe_apex.single_touch_models() -%}
        case
            when {{ stripe_apex.takes_all(model, position, path_length, is_last_non_direct) }}
                then {{ amount }}
        end
    {%- else -%}
        {%- set factor = amount if stripe_apex.has_small_weights(model) else stripe_apex.wide(amount) -%}
        {{ stripe_apex.shared_credit(factor, *stripe_apex.weights_of_touch(
            model, position, path_length, weight, weight_through, weight_total
        )) }}
    {%- endif -%}
{%- endmacro %}


{#- Touches after the conversion never count, nor do those older than the window. -#}
{% macro within_window(converted_at, occurred_at) -%}
    {{ occurred_at }} <= {{ converted_at }}
    and {{ converted_at }} < {{ occurred_at }} + {{ stripe_apex.days(var('attribution_window_days')) }}
{%- endmacro %}


{#- Is a lead so old when the charge comes that it gets no credit? -#}
{% macro lead_is_too_old(converted_at, lead_created_at) -%}
    {%- if stripe_apex.lead_window_days() -%}
        {{ converted_at }} >= {{ lead_created_at }} + {{ stripe_apex.days(stripe_apex.lead_window_days()) }}
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}


{#- As long as touches count, where the var does not say; 0 is for life. -#}
{% macro lead_window_days() -%}
    {%- set said = var('lead_window_days') -%}
    {{ return((var('attribution_window_days') if said is none else said) | int) }}
{%- endmacro %}


{#- The moment whose touches a charge is credited to: its own, or the person's first charge that brought
    something. -#}
{% macro conversion_time(created_at, person_id) -%}
    {%- if var('recurring_credit') == 'first_conversion' -%}
        case
            when is_conversion
                then min(case when is_conversion then {{ created_at }} end) over (partition by {{ person_id }})
            else {{ created_at }}
        end
    {%- else -%}
        {{ created_at }}
    {%- endif -%}
{%- endmacro %}


{#- Is the channel one that may take credit? -#}
{% macro channel_counts(channel) -%}
    {%- if var('excluded_channels') -%}
        {{ channel }} not in ({{ stripe_apex.quoted_list(var('excluded_channels')) }})
    {%- else -%}
        {{ channel }} is not null
    {%- endif -%}
{%- endmacro %}


{% macro quoted_list(values) -%}
    {%- for value in values -%}
        '{{ value }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- The attribution models that are computed, one row each. -#}
{% macro attribution_models() -%}
    {% for model in var('attribution_models') -%}
    select '{{ model }}' as attribution_model
    {%- if not loop.last %}
    union all
    {% endif -%}
    {% endfor %}
{%- endmacro %}


{#- Postgres writes an expression of a CTE out wherever it is used, and divides again each time. -#}
{% macro computed_once() -%}
    {{ return(adapter.dispatch('computed_once', 'stripe_apex')()) }}
{%- endmacro %}

{% macro default__computed_once() -%}
    {{ return('') }}
{%- endmacro %}

{% macro postgres__computed_once() -%}
    {{ return(' materialized') }}
{%- endmacro %}
