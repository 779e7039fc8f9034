{#- What the ratios count as revenue: by the var `revenue_basis` what stays after refunds (`net`) or after
    lost disputes and fees, too (`kept`); of it, with the var `margin_percent`, the margin alone. -#}

{#- The columns of int_charges__priced that hold it: `kind` is `minor` or `reporting_minor`. -#}
{% macro basis_column(kind) -%}
    {{ return(('basis_' if stripe_apex.has_margin() else var('revenue_basis') ~ '_') ~ kind) }}
{%- endmacro %}


{% macro has_margin() -%}
    {{ return(var('margin_percent') is not none) }}
{%- endmacro %}


{#- Amounts that are credited to touches beside the net: what is kept, and what the ratios count. -#}
{% macro amounts_beside_net() -%}
    {%- set amounts = ['kept_minor', 'kept_reporting_minor'] -%}
    {{ return(amounts + (['basis_minor', 'basis_reporting_minor'] if stripe_apex.has_margin() else [])) }}
{%- endmacro %}


{#- Of an amount in minor units, what the ratios count; null in a currency that `margin_percent` does
    not name. Percentages count to four decimals. -#}
{% macro basis(net, kept, currency) -%}
    {%- set amount = kept if var('revenue_basis') == 'kept' else net -%}
    {%- set margin = var('margin_percent') -%}
    {%- if not stripe_apex.has_margin() -%}
        {{ amount }}
    {%- else -%}
        {%- set share -%}
            {%- if margin is mapping -%}
            case {{ currency }}
                {%- for code, percent in margin.items() %}
                when '{{ code }}' then {{ (percent | float * 10000) | round | int }}
                {%- endfor %}
            end
            {%- else -%}
            {{ (margin | float * 10000) | round | int }}
            {%- endif -%}
        {%- endset -%}
        {{ stripe_apex.round_divide(stripe_apex.wide(amount) ~ ' * ' ~ share, '1000000') }}
    {%- endif -%}
{%- endmacro %}
