{#- Leads and visits where trackers and CRMs put them: what the vars `touchpoint_sources` and `lead_sources`
    name, found in the warehouse. -#}

{#- The presets. Each says its `roles`, the tables that it reads: the names of a table, and its fields. A
    field is a list of spellings, and of those that are there, the first that has a value counts. A list
    within it is the way into a column of JSON; `answers` are those to a form. A preset of a tracker says
    which role has the `page_views`, by which `kinds` of rows, and which `identities`, rows that tell whose a
    visitor is: `visitor`, the `user` that the site knows, the `email`. One of a CRM says which has `leads`. -#}
{% macro web_source_types() -%}
    {%- set types = {} -%}
    {%- do types.update(stripe_apex.tracker_types()) -%}
    {%- do types.update(stripe_apex.lead_types()) -%}
    {{ return(types) }}
{%- endmacro %}


{#- The presets that a var may name. -#}
{% macro web_source_choices(name) -%}
    {%- set choices = [] -%}
    {%- for type, preset in stripe_apex.web_source_types().items()
        if name == 'lead_sources' or preset.page_views -%}
        {%- do choices.append(type) -%}
    {%- endfor -%}
    {{ return(choices) }}
{%- endmacro %}


{#- The names that fields of a page have in any tracker. -#}
{% macro usual_web_fields() -%}
    {%- set fields = {} -%}
    {%- for name in stripe_apex.utm_names() + stripe_apex.click_id_names() -%}
        {%- do fields.update({name: [name]}) -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}

{% macro utm_names() -%}
    {{ return(['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content']) }}
{%- endmacro %}


{#- The entries of a var, each with its preset and the relations and columns that it was found to have; none
    while dbt only parses, and in a unit test. -#}
{% macro web_sources(name) -%}
    {%- set found = [] -%}
    {%- if execute and model.resource_type != 'unit_test' -%}
        {%- for entry in var(name) -%}
            {%- do found.append(stripe_apex.web_source(name, entry)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{% macro web_source(name, entry) -%}
    {%- set preset = stripe_apex.web_source_types()[entry.type] -%}
    {%- set database = entry.get('database', target.database) -%}
    {%- set there = stripe_apex.relations_of_schema(database, entry.schema) -%}
    {%- set main = preset.page_views if name == 'touchpoint_sources'
        else preset.leads or preset.identities[0] -%}
    {%- set source = {
        'name': entry.type ~ ' in the schema ' ~ entry.schema, 'type': entry.type, 'preset': preset,
        'database': database, 'main': main, 'roles': {},
    } -%}
    {%- for role, fields in preset.roles.items() -%}
        {%- set names = stripe_apex.ad_table_names(
            entry, {'prefixes': preset.get('prefixes', []), role: fields}, role
        ) -%}
        {%- set relation = stripe_apex.first_ad_relation(there, names) -%}
        {%- if relation is not none -%}
            {%- do source.roles.update({role: stripe_apex.web_role(relation, fields)}) -%}
        {%- elif role == main or role in entry.get('tables', {}) -%}
            {{ exceptions.raise_compiler_error(
                name ~ ': ' ~ source.name ~ ' has no table `' ~ names | join('` or `') ~ '`; there is '
                ~ ('`' ~ there | map(attribute='identifier') | sort | join('`, `') ~ '`' if there else 'nothing')
                ~ '. Name the table in its entry: tables: {' ~ role ~ ': NAME_OF_THE_TABLE}.'
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- do stripe_apex.refuse_missing_web_fields(name, source) -%}
    {{ return(source) }}
{%- endmacro %}


{#- A relation and, for each field, the columns that may have it. -#}
{% macro web_role(relation, fields) -%}
    {%- set columns = stripe_apex.found_ad_columns(relation, {}) -%}
    {%- set versions = [] -%}
    {%- for name in [
        'last_modified_date', 'system_modstamp', 'property_lastmodifieddate', 'properties_lastmodifieddate',
    ] if stripe_apex.plain_column_name(name) in columns.there -%}
        {%- do versions.append(columns.there[stripe_apex.plain_column_name(name)]) -%}
    {%- endfor -%}
    {%- do columns.update({'versions': versions + columns.versions}) -%}
    {%- set found = {} -%}
    {%- for field, spellings in dict(stripe_apex.usual_web_fields(), **fields).items()
        if field not in ['tables', 'key_values'] -%}
        {%- set candidates = [] -%}
        {%- for spelling in spellings -%}
            {%- set column = columns.there.get(
                stripe_apex.plain_column_name(stripe_apex.spelled_column(spelling))
            ) -%}
            {%- if column and (spelling is not string or column not in candidates | map(attribute='column')) -%}
                {%- do candidates.append({
                    'column': column,
                    'path': spelling[1:] if spelling is not mapping and spelling is not string else [],
                    'is_answers': spelling is mapping,
                }) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if candidates -%}
            {%- do found.update({field: candidates}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        'relation': relation, 'columns': columns, 'fields': found, 'key_values': fields.get('key_values', []),
        'declared': fields,
    }) }}
{%- endmacro %}


{#- A page view without a moment is none, nor is a lead without an address. -#}
{% macro refuse_missing_web_fields(name, source) -%}
    {%- set role = source.roles[source.main] -%}
    {%- set wanted = ['id', 'visitor', 'at'] if name == 'touchpoint_sources' else ['id', 'email', 'at'] -%}
    {%- for field in wanted
        if field not in role.fields and not (field in ['visitor', 'email'] and 'user' in role.fields) -%}
        {%- set spellings = [] -%}
        {%- for spelling in role.declared.get(field) or role.declared.user -%}
            {%- do spellings.append(stripe_apex.spelled_column(spelling)) -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            name ~ ': ' ~ role.relation.schema ~ '.' ~ role.relation.identifier ~ ' has no column `'
            ~ spellings | unique | join('` or `') ~ '`; it has `'
            ~ role.columns.there.values() | map(attribute='name') | join('`, `')
            ~ '`. Name a view that has it in the entry: tables: {' ~ source.main ~ ': NAME_OF_THE_VIEW}.'
        ) }}
    {%- endfor -%}
{%- endmacro %}


{#- A table of the schema `apex`, and beside it what the presets of the vars read. -#}
{% macro with_web_sources(relation, table) -%}
    {%- set name = {'touchpoints': 'touchpoint_sources', 'leads': 'lead_sources'}.get(table) -%}
    {%- if not name or not var(name) or model.resource_type == 'unit_test' -%}
        {{ relation }}
    {%- else -%}
        {%- set loaded = ref('base_web__loaded_' ~ table) -%}
        {%- if not execute -%}
            {{ relation }}
        {%- else -%}
        (
            select
                {%- for column in stripe_apex.described_source('apex', table).columns.values() %}
                {{ stripe_apex.utc(column.name) if column.data_type.startswith('timestamp') else column.name }}
                as {{ column.name }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ relation }} as own

            union all

            select {{ stripe_apex.described_columns(table) | join(', ') }}
            from {{ loaded }} as loaded
        )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- The column that a spelling is about, whatever is read out of it. -#}
{% macro spelled_column(spelling) -%}
    {{ return(spelling.answers if spelling is mapping else spelling if spelling is string else spelling[0]) }}
{%- endmacro %}
