{#- A setting that would silently give wrong numbers stops the run with its remedy. -#}
{% macro check_vars() -%}
    {%- do stripe_apex.check_ad_spend_sources() -%}
    {%- do stripe_apex.check_web_sources() -%}
    {%- for name in ['attribution_models', 'excluded_channels', 'own_hosts'] -%}
        {%- if var(name) is string or var(name) | map('lower') | list != var(name) | list -%}
            {{ exceptions.raise_compiler_error(
                "Var '" ~ name ~ "' must be a list of texts in lower case, like [one, two]."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if var('reference_keys') is string or not var('reference_keys')
        or "'" in var('reference_keys') | join -%}
        {{ exceptions.raise_compiler_error(
            "Var 'reference_keys' must be a list of the names of fields of metadata, like [visitor_id, lead_id]."
        ) }}
    {%- endif -%}
    {%- set known = stripe_apex.known_attribution_models() -%}
    {%- for name in var('attribution_models') if name not in known -%}
        {{ exceptions.raise_compiler_error(
            "Unknown attribution model '" ~ name ~ "'. Choose from: " ~ known | join(', ') ~ "."
        ) }}
    {%- endfor -%}
    {%- for name, choices in {
        'revenue_basis': ['net', 'kept'],
        'recurring_credit': ['window', 'first_conversion'],
        'email_plus_tags': ['keep', 'drop'],
        'email_gmail_dots': ['keep', 'drop'],
    }.items() if var(name) not in choices -%}
        {{ exceptions.raise_compiler_error(
            "Var '" ~ name ~ "' must be one of: " ~ choices | join(', ') ~ "."
        ) }}
    {%- endfor -%}
    {%- set margin = var('margin_percent') -%}
    {%- for percent in (margin.values() if margin is mapping else [margin])
        if margin is not none and not (percent is number and percent is not boolean and 0 < percent <= 100) -%}
        {{ exceptions.raise_compiler_error(
            "Var 'margin_percent' must be a number above 0 and up to 100, or one for each currency, "
            ~ "like {usd: 60, eur: 55}."
        ) }}
    {%- endfor -%}
    {%- for name, choices in {
        'history_complete': [none, true, false],
        'count_charges_of_zero': [true, false],
    }.items() if var(name) is not boolean and var(name) not in choices -%}
        {{ exceptions.raise_compiler_error(
            "Var '" ~ name ~ "' must be one of: " ~ choices | join(', ') | lower ~ "."
        ) }}
    {%- endfor -%}
    {%- if not var('attribution_models') -%}
        {{ exceptions.raise_compiler_error("Var 'attribution_models' must name at least one.") }}
    {%- endif -%}
    {%- if (var('default_attribution_model') or var('attribution_models')[0]) not in var('attribution_models') -%}
        {{ exceptions.raise_compiler_error(
            "Var 'default_attribution_model' must be one of the attribution_models: "
            ~ var('attribution_models') | join(', ') ~ "."
        ) }}
    {%- endif -%}
    {%- if var('reporting_currency') != var('reporting_currency') | lower -%}
        {{ exceptions.raise_compiler_error(
            "Var 'reporting_currency' must be in lower case, like usd."
        ) }}
    {%- endif -%}
    {%- for name, nothing in {
        'experiment_cuped_days': 'none',
        'visit_timeout_minutes': 'every row as a visit',
        'lead_window_days': 'life',
    }.items() if var(name) is not none and var(name) | int(-1) < 0 -%}
        {{ exceptions.raise_compiler_error(
            "Var '" ~ name ~ "' must be a whole number, 0 for " ~ nothing ~ "."
        ) }}
    {%- endfor -%}
    {%- if var('conversion_window_days') is not none and var('conversion_window_days') | int(0) <= 0 -%}
        {{ exceptions.raise_compiler_error(
            "Var 'conversion_window_days' must be a whole number above 0, or null for no window."
        ) }}
    {%- endif -%}
    {%- for name in [
        'attribution_window_days',
        'time_decay_half_life_days',
        'max_touches_per_email',
        'predicted_ltv_days',
        'max_people_per_reference',
    ] -%}
        {%- if var(name) | int <= 0 -%}
            {{ exceptions.raise_compiler_error("Var '" ~ name ~ "' must be a whole number above 0.") }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
