{#- A payment may carry where it came from: the id of a visitor or a lead, in metadata. -#}

{#- A field of metadata by its name (a column, or a quoted text); null where it is missing. -#}
{% macro metadata_field(metadata, name) -%}
    {{ return(adapter.dispatch('metadata_field', 'stripe_apex')(metadata, name)) }}
{%- endmacro %}

{% macro default__metadata_field(metadata, name) -%}
    get_json_object({{ metadata }}, concat('$.', {{ name }}))
{%- endmacro %}

{% macro duckdb__metadata_field(metadata, name) -%}
    cast({{ metadata }} as json) ->> {{ name }}
{%- endmacro %}

{% macro postgres__metadata_field(metadata, name) -%}
    cast({{ metadata }} as jsonb) ->> {{ name }}
{%- endmacro %}


{#- Metadata as a text, null where it is empty: nearly all payments of most shops carry none. -#}
{% macro filled_metadata(column) -%}
    nullif(nullif(cast({{ column }} as {{ dbt.type_string() }}), '{}'), 'null')
{%- endmacro %}


{#- Who pays, before anybody is known: the Stripe customer, else the charge itself. -#}
{% macro payer(customer_id, charge_id) -%}
    case
        when {{ customer_id }} is not null then 'customer ' || {{ customer_id }}
        else 'charge ' || {{ charge_id }}
    end
{%- endmacro %}
