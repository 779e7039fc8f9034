{#- A payment may carry where it came from, in metadata: the id of a visitor or a lead, or the campaign and
    the click ids with which somebody came. -#}

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


{#- The fields of metadata that tell a channel. -#}
{% macro touch_fields() -%}
    {{ return(['utm_source', 'utm_medium', 'utm_campaign'] + stripe_apex.click_id_names()) }}
{%- endmacro %}


{#- May metadata hold one of them? Asking the text is cheaper than reading it, and mostly the answer is no. -#}
{% macro may_hold_a_touch(metadata) -%}
    (
        {%- for name in stripe_apex.touch_fields() %}
        {% if not loop.first %}or {% endif %}{{ metadata }} like '%{{ name }}%'
        {%- endfor %}
    )
{%- endmacro %}
