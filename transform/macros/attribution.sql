{#- The attribution models as weights of the touches of a path. A weight is a whole number: what
    lies before a touch, what lies up to and with it, and the weight of the whole path. -#}

{% macro known_attribution_models() -%}
    {{ return([
        'first_touch', 'last_touch', 'last_non_direct', 'linear', 'position_based', 'time_decay',
        'markov',
    ]) }}
{%- endmacro %}


{% macro single_touch_models() -%}
    {{ return(['first_touch', 'last_touch', 'last_non_direct']) }}
{%- endmacro %}


{#- Those whose weight of a touch is more than its place: int_attribution__paths holds it. -#}
{% macro weighed_models() -%}
    {{ return(var('attribution_models') | select('in', ['time_decay', 'markov']) | list) }}
{%- endmacro %}


{#- Is this row of int_attribution__paths the one touch that takes it all? -#}
{% macro takes_all(model) -%}
    {%- if model == 'first_touch' -%}
        position = 1
    {%- elif model == 'last_touch' -%}
        position = path_length
    {%- else -%}
        is_last_non_direct
    {%- endif -%}
{%- endmacro %}


{#- Weight of the first `number` touches of a path, a whole number. -#}
{% macro weight_through(model, number) -%}
    {%- if model == 'linear' -%}
        {{ number }}
    {%- elif model == 'position_based' -%}
        case
            when path_length <= 2 or {{ number }} = 0 then {{ number }}
            when {{ number }} = path_length then 5 * (path_length - 2)
            else 2 * (path_length - 2) + {{ number }} - 1
        end
    {%- else -%}
        {{ model }}_through {{- ' - ' ~ model ~ '_weight' if number == 'position - 1' }}
    {%- endif -%}
{%- endmacro %}


{#- Weight of a whole path. Position based: 40 % first, 40 % last, the middle shares 20 %, a path of
    two is halved; in units in which a touch of the middle weighs 1. -#}
{% macro weight_total(model) -%}
    {%- if model == 'linear' -%}
        path_length
    {%- elif model == 'position_based' -%}
        case when path_length <= 2 then path_length else 5 * (path_length - 2) end
    {%- else -%}
        {{ model }}_total
    {%- endif -%}
{%- endmacro %}


{#- A touch loses half of its weight in each half-life. In ten-thousandths, at least one: small
    enough that an amount of twelve digits times a path of 900 touches stays within 64 bits. -#}
{% macro decay_weight(converted_at, occurred_at) -%}
    greatest(1, cast(round(10000 * power(
        0.5,
        ({{ stripe_apex.epoch_seconds(converted_at) }} - {{ stripe_apex.epoch_seconds(occurred_at) }})
        / {{ (var('time_decay_half_life_days') | float) * 86400 }}
    )) as integer))
{%- endmacro %}


{#- A touch's credit by an attribution model that shares:
    floor(amount * W_k / W) - floor(amount * W_(k-1) / W), whole numbers whose sum over the path is
    the amount, whatever its sign. -#}
{% macro shared_credit(model, amount) -%}
    {%- set factor = amount if var('max_touches_per_email') | int <= 900 else stripe_apex.wide(amount) -%}
    {%- set total = stripe_apex.weight_total(model) -%}
    {{ stripe_apex.floor_divide(
        factor ~ ' * (' ~ stripe_apex.weight_through(model, 'position') ~ ')', total
    ) }}
    - {{ stripe_apex.floor_divide(
        factor ~ ' * (' ~ stripe_apex.weight_through(model, 'position - 1') ~ ')', total
    ) }}
{%- endmacro %}


{#- The credit of a row of int_attribution__paths, null where the attribution model gives it none. -#}
{% macro credit(model, measure) -%}
    {%- set wholes = {
        'minor': 'net_minor', 'reporting_minor': 'net_reporting_minor',
        'micros': 'cast(1000000 as bigint)'
    } -%}
    {%- if model in stripe_apex.single_touch_models() -%}
        case when {{ stripe_apex.takes_all(model) }} then {{ wholes[measure] }} end
    {%- else -%}
        {{ stripe_apex.shared_credit(model, wholes[measure]) }}
    {%- endif -%}
{%- endmacro %}


{#- Touches after the conversion never count, nor do those older than the window. -#}
{% macro within_window(converted_at, occurred_at) -%}
    {{ occurred_at }} <= {{ converted_at }}
    and {{ converted_at }} < {{ occurred_at }} + {{ stripe_apex.days(var('attribution_window_days')) }}
{%- endmacro %}


{#- The moment whose touches a charge is credited to: its own, or the person's first charge. -#}
{% macro conversion_time() -%}
    {%- if var('recurring_credit') == 'first_conversion' -%}
        min(created_at) over (partition by person_id)
    {%- else -%}
        created_at
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
