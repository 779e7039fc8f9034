{#- What is wrong with the vars of leads and visits, before anything is asked of the warehouse. -#}
{% macro check_web_sources() -%}
    {%- set types = stripe_apex.web_source_types() -%}
    {%- for name, example in {
        'touchpoint_sources': '[{type: segment, schema: segment}]',
        'lead_sources': '[{type: fivetran_hubspot, schema: hubspot}]',
    }.items() -%}
        {%- set sources, known = var(name), stripe_apex.web_source_choices(name) -%}
        {%- if sources is string or sources is mapping or sources is not iterable -%}
            {{ exceptions.raise_compiler_error("Var '" ~ name ~ "' must be a list of sources, like " ~ example ~ '.') }}
        {%- endif -%}
        {%- for entry in sources -%}
            {%- if entry is not mapping or not entry.get('type') or not entry.get('schema') -%}
                {{ exceptions.raise_compiler_error(
                    "Each source in the var '" ~ name ~ "' needs a type and a schema, like " ~ example ~ '.'
                ) }}
            {%- elif entry.type not in known -%}
                {{ exceptions.raise_compiler_error(
                    "Unknown type '" ~ entry.type ~ "' in the var '" ~ name ~ "'. Choose from: "
                    ~ known | join(', ') ~ '.'
                ) }}
            {%- endif -%}
            {%- for setting in entry if setting not in ['type', 'schema', 'database', 'tables'] -%}
                {{ exceptions.raise_compiler_error(
                    name ~ ': ' ~ entry.type ~ " has no setting '" ~ setting
                    ~ "'. There are type, schema, database and tables."
                ) }}
            {%- endfor -%}
            {%- do stripe_apex.check_source_database(name, entry) -%}
            {%- set tables, roles = entry.get('tables', {}), types[entry.type].roles -%}
            {%- for role in (tables if tables is mapping else ['']) if role not in roles -%}
                {{ exceptions.raise_compiler_error(
                    name ~ ': the tables of ' ~ entry.type ~ ' are ' ~ roles | join(', ') ~ ', like tables: {'
                    ~ roles | first ~ ': ' ~ (roles.values() | first).tables[0] ~ '}.'
                ) }}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}


{#- Before the first model: a table or a column that is not there, and a time that may be misread. -#}
{% macro check_web_tables() -%}
    {%- set readable = stripe_apex.readable_texts('time') -%}
    {%- for name in ['touchpoint_sources', 'lead_sources'] -%}
        {%- for source in stripe_apex.web_sources(name) -%}
            {%- for role in source.roles.values() -%}
                {%- for candidate in role.fields.get('at', []) if candidate.path or candidate.column.family == 'text' -%}
                    {%- set text = stripe_apex.web_candidate(candidate) -%}
                    {%- set found = run_query(
                        'select min(' ~ text ~ ') as value from ' ~ role.relation ~ ' as checked where '
                        ~ text ~ ' is not null and not ' ~ stripe_apex.matches(
                            stripe_apex.zone_with_colon(text), "'(" ~ readable ~ '|' ~ stripe_apex.epoch_text() ~ ")'"
                        )
                    ) -%}
                    {%- if found.rows[0][0] is not none -%}
                        {{ exceptions.raise_compiler_error(
                            role.relation.schema ~ '.' ~ role.relation.identifier ~ ': '
                            ~ stripe_apex.misreadable_text(found.rows[0][0], candidate.column.name, 'time')
                        ) }}
                    {%- endif -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
