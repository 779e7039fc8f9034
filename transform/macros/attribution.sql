{#- The attribution models as weights of the touches of a path. A weight is a whole number: what
    lies before a touch, what lies up to and with it, and the weight of the whole path. -#}

{% macro single_touch_models() -%}
    {{ return(['first_touch', 'last_touch', 'last_non_direct']) }}
{%- endmacro %}


{% macro single_touch_position(model) -%}
    {%- if model == 'first_touch' -%}
        position = 1
    {%- elif model == 'last_touch' -%}
        position = path_length
    {%- elif model == 'last_non_direct' -%}
        position = coalesce(last_non_direct_position, path_length)
    {%- endif -%}
{%- endmacro %}


{% macro attribution_weights(model) -%}
    {%- if model in stripe_apex.single_touch_models() -%}
        0 as weight_before,
        1 as weight_through,
        1 as weight_total
    {%- elif model == 'linear' -%}
        position - 1 as weight_before,
        position as weight_through,
        path_length as weight_total
    {%- elif model == 'position_based' -%}
        {{ stripe_apex.position_based_through('position - 1') }} as weight_before,
        {{ stripe_apex.position_based_through('position') }} as weight_through,
        case when path_length <= 2 then path_length else 5 * (path_length - 2) end as weight_total
    {%- endif -%}
{%- endmacro %}


{#- 40 % first, 40 % last, the middle shares 20 %; a path of two is halved. In units of
    1 / (5 * (length - 2)) of the whole, so that every touch of the middle weighs 1. -#}
{% macro position_based_through(position) -%}
    case
        when path_length <= 2 or {{ position }} = 0 then {{ position }}
        when {{ position }} = path_length then 5 * (path_length - 2)
        else 2 * (path_length - 2) + {{ position }} - 1
    end
{%- endmacro %}


{#- floor(amount * W_k / W) - floor(amount * W_(k-1) / W): whole numbers whose sum over the path
    is the amount, whatever its sign. -#}
{% macro telescoped_credit(amount) -%}
    {%- set wide_amount = stripe_apex.wide(amount) -%}
    {{ stripe_apex.floor_divide(wide_amount ~ ' * weight_through', 'weight_total') }}
    - {{ stripe_apex.floor_divide(wide_amount ~ ' * weight_before', 'weight_total') }}
{%- endmacro %}


{#- Is there a lead whose own channel may take what no touch can? -#}
{% macro lead_counts() -%}
    revenue.lead_channel is not null
    {%- if var('excluded_channels') %}
    and revenue.lead_channel not in ({{ stripe_apex.quoted_list(var('excluded_channels')) }})
    {%- endif -%}
{%- endmacro %}


{% macro fallback_channel() -%}
    case when {{ stripe_apex.lead_counts() }} then revenue.lead_channel else 'unattributed' end
{%- endmacro %}


{% macro quoted_list(values) -%}
    {%- for value in values -%}
        '{{ value }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
