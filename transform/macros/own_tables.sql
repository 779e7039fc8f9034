{#- The tables of the schema `apex` as people have them: a column may be missing, called otherwise, or
    hold text where a number or a date belongs. Text is read where it has one meaning only; the rest
    stops the run with the table, the row and the value. -#}

{#- The columns that a table cannot do without; of each list, one must be there. -#}
{% macro needed_columns(table) -%}
    {{ return({
        'leads': [['lead_id'], ['email', 'visitor_id'], ['created_at']],
        'touchpoints': [['touchpoint_id'], ['visitor_id', 'email'], ['occurred_at']],
        'experiments': [['experiment_id'], ['started_at']],
        'experiment_exposures': [['experiment_id'], ['variant'], ['visitor_id'], ['exposed_at']],
        'ad_spend': [['spend_date'], ['currency'], ['spend']],
        'fx_rates': [['rate_date'], ['from_currency'], ['to_currency'], ['rate']],
        'campaign_map': [['platform'], ['campaign'], ['utm_campaign']],
        'promotion_codes': [['code'], ['channel']],
    }[table]) }}
{%- endmacro %}


{#- What names a row in a message. -#}
{% macro naming_columns(table) -%}
    {{ return({
        'leads': ['lead_id'],
        'touchpoints': ['touchpoint_id'],
        'experiments': ['experiment_id'],
        'experiment_exposures': ['experiment_id', 'visitor_id'],
        'ad_spend': ['spend_date', 'platform', 'campaign'],
        'fx_rates': ['rate_date', 'from_currency', 'to_currency'],
        'campaign_map': ['platform', 'campaign'],
        'promotion_codes': ['code'],
    }[table]) }}
{%- endmacro %}


{#- Before the first model: all that is wrong with these tables is told at once. -#}
{% macro check_own_tables() -%}
    {%- if execute and not stripe_apex.has_demo_seeds() -%}
        {%- for source in graph.sources.values()
            if source.package_name == 'stripe_apex' and source.source_name == 'apex' -%}
            {%- set relation = load_relation(api.Relation.create(
                database=source.database, schema=source.schema, identifier=source.identifier
            )) -%}
            {%- if relation -%}
                {%- set columns = stripe_apex.own_columns(source.name, relation) -%}
                {%- do stripe_apex.refuse_misreadable_texts(source.name, relation, columns) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- A table that is there, with the columns that the models read: as it is where nothing is missing. -#}
{% macro own_table(table, relation) -%}
    {%- set columns = stripe_apex.own_columns(table, relation) -%}
    {%- if columns | rejectattr('is_plain') | list | length == 0 -%}
        {{ relation }}
    {%- else -%}
        (
            select
            {%- for column in columns %}
                {{ column.sql }} as {{ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
            from {{ relation }}
        )
    {%- endif -%}
{%- endmacro %}


{#- Each described column: its `name`, the `sql` that reads it from the table, and for text in place of
    another type, the `text`, what it must be, and what the table calls the column. -#}
{% macro own_columns(table, relation) -%}
    {%- set found = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do found.update({column.name | lower: column}) -%}
    {%- endfor -%}
    {%- set said, families = var('apex_columns'), stripe_apex.type_families() -%}
    {%- set columns, missing = [], [] -%}
    {%- for described in stripe_apex.described_source('apex', table).columns.values() -%}
        {%- set name = described.name -%}
        {%- set column = found.get(said.get(table ~ '.' ~ name, name) | lower) -%}
        {%- set wanted = families[described.data_type.split('(')[0].split(' ')[0]] -%}
        {%- if column is none -%}
            {%- do missing.append(name) -%}
            {%- set type = stripe_apex.engine_type(described.data_type) -%}
            {%- do columns.append({'name': name, 'sql': 'cast(null as ' ~ type ~ ')', 'is_plain': false}) -%}
        {%- else -%}
            {%- set given = families.get((column.data_type | lower).split('(')[0].split(' ')[0], 'other') -%}
            {%- set is_plain = column.name == name and (
                given == wanted or (given == 'date' and wanted == 'time')
            ) -%}
            {%- do columns.append(
                {'name': name, 'sql': name, 'is_plain': true} if is_plain
                else stripe_apex.own_column(described, column, wanted, given)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for choices in stripe_apex.needed_columns(table) if choices | reject('in', missing) | list == [] -%}
        {{ exceptions.raise_compiler_error(
            relation.schema ~ '.' ~ relation.identifier ~ ' has no column `' ~ choices | join('` or `')
            ~ '`; it has `' ~ found.keys() | join('`, `') ~ '`. Rename the one that it is, or set the var '
            ~ 'apex_columns: {' ~ table ~ '.' ~ choices[0] ~ ': NAME_OF_THE_COLUMN}.'
        ) }}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}


{#- A column that has another name or another type than the models read. -#}
{% macro own_column(described, column, wanted, given) -%}
    {%- set own = adapter.quote(column.name) -%}
    {%- set as_text = 'cast(' ~ own ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set result = {'name': described.name, 'sql': own, 'is_plain': false} -%}
    {%- if wanted == 'text' and given != 'text' -%}
        {%- do result.update({'sql': as_text}) -%}
    {%- elif wanted == 'date' and given == 'time' -%}
        {%- do result.update({'sql': stripe_apex.day_in_utc(own, column.data_type | lower)}) -%}
    {%- elif wanted != given and not (wanted == 'time' and given == 'date') -%}
        {%- set text = stripe_apex.blank_to_null(as_text) -%}
        {%- set type = stripe_apex.engine_type(described.data_type) -%}
        {%- do result.update({
            'sql': stripe_apex.text_as(wanted, text, type), 'text': text, 'own': column.name,
            'what': 'whole number' if type == 'bigint' else wanted,
        }) -%}
    {%- endif -%}
    {{ return(result) }}
{%- endmacro %}


{#- The first words of types, in families whose members the engines turn into each other. -#}
{% macro type_families() -%}
    {%- set families = {} -%}
    {%- for family, words in {
        'text': ['varchar', 'text', 'char', 'character', 'string', 'bpchar'],
        'number': [
            'decimal', 'numeric', 'bigint', 'int', 'integer', 'smallint', 'tinyint', 'hugeint', 'ubigint',
            'uinteger', 'usmallint', 'utinyint', 'uhugeint', 'double', 'float', 'real', 'long',
        ],
        'time': ['timestamp', 'timestamptz', 'timestamp_ntz', 'timestamp_s', 'timestamp_ms', 'timestamp_ns'],
        'date': ['date'],
    }.items() -%}
        {%- for word in words -%}
            {%- do families.update({word: family}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(families) }}
{%- endmacro %}


{#- A text that `readable_texts` lets pass, in the type that it should have had. -#}
{% macro text_as(family, text, type) -%}
    {%- set is_whole = type == 'bigint' -%}
    {%- if family == 'number' -%}
        {%- set number = 'cast(replace(' ~ text ~ ", ',', '') as " ~ ('decimal(28, 6)' if is_whole else type) ~ ')' -%}
        {{ return('cast(' ~ number ~ ' as bigint)' if is_whole else number) }}
    {%- elif family == 'date' -%}
        {{ return('cast(substr(' ~ text ~ ', 1, 10) as date)') }}
    {%- endif -%}
    {%- set clock = stripe_apex.first_group(text, '^.{10}[T ]([0-9:.]+)') -%}
    {%- set zone = stripe_apex.first_group(text, '^.{10}[T ][0-9:.]+ ?([+-][0-9:]+)$') -%}
    {{ return(
        'cast(substr(' ~ text ~ ", 1, 10) || ' ' || coalesce(nullif(" ~ clock ~ ", ''), '00:00:00') || "
        ~ 'coalesce(nullif(' ~ zone ~ ", ''), '+00:00') as " ~ type ~ ')'
    ) }}
{%- endmacro %}


{#- The pattern of a day of the calendar, as 2026-01-31. -#}
{% macro calendar_day() -%}
    {%- set leap = '((19|20)(0[48]|[2468][048]|[13579][26])|2000)' -%}
    {%- set day -%}
        ((19|20)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|{{ leap }}-02-29)
    {%- endset -%}
    {{ return(day) }}
{%- endmacro %}


{#- Patterns of texts that have one meaning. A date is one of the calendar, so that no cast can fail. -#}
{% macro readable_texts(what) -%}
    {%- set day = stripe_apex.calendar_day() -%}
    {%- set clock = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?' -%}
    {%- set zone = ' ?(Z|UTC|[+-](0[0-9]|1[0-5])(:[0-5][0-9])?)' -%}
    {%- set instant = day ~ '([T ]' ~ clock ~ '(' ~ zone ~ ')?)?' -%}
    {{ return({
        'whole number': '[-+]?[0-9]{1,18}([.]0{1,2})?',
        'number': '[-+]?([0-9]{1,12}([.][0-9]*)?|[.][0-9]+|[0-9]{1,3}(,[0-9]{3}){1,3}[.][0-9]+)([eE][-+]?[0-9]{1,2})?',
        'date': instant,
        'time': instant,
    }[what]) }}
{%- endmacro %}


{#- `1.234` may be a thousand and some: another number of the column must show what its point is. -#}
{% macro open_number() -%}
    {{ return('[-+]?[1-9][0-9]{0,2}[.][0-9]{3}') }}
{%- endmacro %}

{% macro telling_number() -%}
    {{ return('[-+]?([0-9]*[.]([0-9]{1,2}|[0-9]{4,})|0[.][0-9]{3}|[0-9]{4,}[.][0-9]{3}|[0-9,]+,[0-9]{3}[.][0-9]+)') }}
{%- endmacro %}


{% macro refuse_misreadable_texts(table, relation, columns) -%}
    {%- set names = [] -%}
    {%- for column in columns if column.name in stripe_apex.naming_columns(table) -%}
        {%- set plain = column.text if column.text else column.sql -%}
        {%- do names.append(
            "'" ~ column.name ~ " ' || coalesce(cast(" ~ plain ~ ' as ' ~ dbt.type_string() ~ "), '(none)')"
        ) -%}
    {%- endfor -%}
    {%- for column in columns if column.text -%}
        {%- set bad = 'not ' ~ stripe_apex.matches(column.text, "'" ~ stripe_apex.readable_texts(column.what) ~ "'") -%}
        {%- set open = stripe_apex.matches(column.text, "'" ~ stripe_apex.open_number() ~ "'") -%}
        {%- set telling = stripe_apex.matches(column.text, "'" ~ stripe_apex.telling_number() ~ "'") -%}
        {%- set conditions = [bad] -%}
        {%- if column.what == 'number' -%}
            {%- do conditions.append(
                open ~ ' and not exists (select 1 from ' ~ relation ~ ' where ' ~ telling ~ ')'
            ) -%}
        {%- endif -%}
        {%- for condition in conditions -%}
            {%- set found = run_query(
                'select ' ~ names | join(" || ', ' || ") ~ ' as row_name, ' ~ column.text ~ ' as row_value from '
                ~ relation ~ ' where ' ~ column.text ~ ' is not null and ' ~ condition ~ ' order by 1 limit 1'
            ) -%}
            {%- if found | length -%}
                {{ exceptions.raise_compiler_error(
                    relation.schema ~ '.' ~ relation.identifier ~ ', row with ' ~ found.rows[0][0] ~ ': '
                    ~ stripe_apex.misreadable_text(found.rows[0][1], column.own, column.what)
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
