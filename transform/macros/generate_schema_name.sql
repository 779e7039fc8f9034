{#- In this project, a custom schema is the schema: `marts` is `marts` on every engine, never
    `main_marts`. As a package of another project, the models go where that project would put models of
    its own: where its own macro of this name says, else below the prefix of the target's schema as dbt
    does it, so that two developers do not write into each other's tables. dbt asks the macro of the
    package first, which is why it has to ask the project. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if project_name == 'stripe_apex' -%}
        {{ (custom_schema_name or target.schema) | trim }}
    {%- else -%}
        {%- set theirs = context.get(project_name, {}).get('generate_schema_name') -%}
        {{ (theirs or dbt.default__generate_schema_name)(custom_schema_name, node) | trim }}
    {%- endif -%}
{%- endmacro %}
