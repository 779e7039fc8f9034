{#- What is wrong with the var, before anything is asked of the warehouse. -#}
{% macro check_ad_spend_sources() -%}
    {%- set known = stripe_apex.ad_spend_types() -%}
    {%- set example = '[{type: fivetran_google_ads, schema: google_ads}]' -%}
    {%- set sources = var('ad_spend_sources') -%}
    {%- if sources is string or sources is mapping or sources is not iterable -%}
        {{ exceptions.raise_compiler_error("Var 'ad_spend_sources' must be a list of sources, like " ~ example ~ '.') }}
    {%- endif -%}
    {%- for entry in sources -%}
        {%- if entry is not mapping or not entry.get('type') or not entry.get('schema') -%}
            {{ exceptions.raise_compiler_error(
                "Each source in the var 'ad_spend_sources' needs a type and a schema, like " ~ example ~ '.'
            ) }}
        {%- elif entry.type not in known -%}
            {{ exceptions.raise_compiler_error(
                "Unknown type '" ~ entry.type ~ "' in the var 'ad_spend_sources'. Choose from: "
                ~ known | join(', ') ~ '.'
            ) }}
        {%- endif -%}
        {%- for name in entry if name not in ['type', 'schema', 'database', 'tables', 'currency'] -%}
            {{ exceptions.raise_compiler_error(
                "ad_spend_sources: " ~ entry.type ~ " has no setting '" ~ name
                ~ "'. There are type, schema, database, tables and currency."
            ) }}
        {%- endfor -%}
        {%- do stripe_apex.check_source_database('ad_spend_sources', entry) -%}
        {%- set tables = entry.get('tables', {}) -%}
        {%- for role in (tables if tables is mapping else ['']) if role not in known[entry.type] or role in ['platform', 'prefixes'] -%}
            {{ exceptions.raise_compiler_error(
                "ad_spend_sources: the tables of " ~ entry.type ~ " are "
                ~ known[entry.type].keys() | reject('in', ['platform', 'prefixes']) | join(', ')
                ~ ', like tables: {report: ' ~ known[entry.type].report.tables[0] ~ '}.'
            ) }}
        {%- endfor -%}
        {%- set said = entry.get('currency', 'usd') -%}
        {%- for name, currency in (said if said is mapping else {'other': said}).items()
            if not currency or (currency | string | length) != 3 or not (currency | string).isalpha()
            or "'" in name | string -%}
            {{ exceptions.raise_compiler_error(
                "ad_spend_sources: the currency of " ~ entry.type ~ " must be a code of three letters, like usd, or one "
                ~ 'for each account, like {"1234567890": eur, other: usd}; it is `' ~ said ~ '`.'
            ) }}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}


{#- The key `database` of an entry, where the engine has one database only. -#}
{% macro check_source_database(name, entry) -%}
    {{ return(adapter.dispatch('check_source_database', 'stripe_apex')(name, entry)) }}
{%- endmacro %}

{% macro default__check_source_database(name, entry) -%}
{%- endmacro %}

{% macro spark__check_source_database(name, entry) -%}
    {%- if entry.get('database') -%}
        {{ exceptions.raise_compiler_error(
            name ~ ': on Spark, all schemas are read in the catalog of the session. Leave `database: ' ~ entry.database
            ~ '` out of the entry of ' ~ entry.type ~ ", and register the loader's tables in that catalog."
        ) }}
    {%- endif -%}
{%- endmacro %}


{#- Before the first model: a table or a column that is not there, and text that may be misread. -#}
{% macro check_ad_spend_tables() -%}
    {%- for source in stripe_apex.ad_spend_sources() -%}
        {%- set columns = source.report.columns -%}
        {%- set day = '(' ~ stripe_apex.calendar_day() ~ ')([T ].*)?' -%}
        {%- for field, what, pattern in [
            ('day', 'date', day),
            ('micros', 'whole number', '[-+]?[0-9]{1,15}([.]0*)?'),
            ('amount', 'number', stripe_apex.readable_texts('number')),
            ('usd', 'number', stripe_apex.readable_texts('number')),
        ] if field in columns and columns[field].family == 'text' -%}
            {%- set text = stripe_apex.ad_text(columns[field]) -%}
            {%- set found = run_query(
                'select min(' ~ text ~ ') as value from ' ~ source.report.relation ~ ' where '
                ~ text ~ ' is not null and not ' ~ stripe_apex.matches(text, "'" ~ pattern ~ "'")
            ) -%}
            {%- if found.rows[0][0] is not none -%}
                {{ exceptions.raise_compiler_error(
                    source.report.relation.schema ~ '.' ~ source.report.relation.identifier ~ ': '
                    ~ stripe_apex.misreadable_text(found.rows[0][0], columns[field].name, what)
                ) }}
            {%- endif -%}
        {%- endfor -%}
        {%- do stripe_apex.refuse_several_readings(source) -%}
    {%- endfor -%}
{%- endmacro %}


{#- Rows of which only the newest may count, where no column says which that is. -#}
{% macro refuse_several_readings(source) -%}
    {%- set whole = stripe_apex.ad_read_as_a_whole(source) -%}
    {%- if whole and 'campaign' in source.once_for and 'read_at' not in source.report.columns -%}
        {%- set found = run_query(
            'select min(spend_date) as value from (select ' ~ whole[0] ~ ' as spend_date from ' ~ source.report.relation
            ~ ' where ' ~ stripe_apex.ad_row_stands(source.report.columns.there)
            ~ ' group by ' ~ whole | join(', ') ~ ' having count(*) > 1) as several'
        ) -%}
        {%- if found.rows[0][0] is not none -%}
            {{ exceptions.raise_compiler_error(
                source.report.relation.schema ~ '.' ~ source.report.relation.identifier ~ ' has several rows of one'
                ~ ' campaign on ' ~ found.rows[0][0] ~ ': the tap writes a day anew when a campaign has got'
                ~ ' another name or status, and nothing says which row is the newer one. Let the target add the time of'
                ~ ' loading (add_record_metadata: true), empty the table, and run the tap again.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- After the spend of all sources is in its table: money without a currency, or in one that is none. -#}
{% macro refuse_unknown_ad_currencies() -%}
    {%- if execute and var('ad_spend_sources') -%}
        {%- set found = run_query(
            'select source_number, account_id, currency, platform from ' ~ this
            ~ ' where spend_micros is null group by source_number, account_id, currency, platform'
            ~ ' order by source_number, account_id, currency, platform'
        ) -%}
        {%- if found | length -%}
            {%- set row = found.rows[0] -%}
            {%- set source = stripe_apex.ad_spend_sources()[row[0] | int - 1] -%}
            {%- set account = 'the account ' ~ row[1] if row[1] else 'an account that no table names' -%}
            {%- set place = stripe_apex.ad_currency_place(source) -%}
            {%- set key = '"' ~ row[1] ~ '"' if row[1] else (row[3] if not source.platform else 'other') -%}
            {%- set remedy -%}
                say it in the entry of {{ source.name }} in the var ad_spend_sources, like currency: {
                {{- key }}: usd}
            {%- endset -%}
            {%- set more = ' (and ' ~ (found | length - 1) ~ ' more)' if found | length > 1 else '' -%}
            {{ exceptions.raise_compiler_error(
                place ~ (
                    ' says `' ~ row[2] | upper ~ '` for ' ~ account ~ more ~ ', which is no currency; '
                    if row[2] else ' says no currency for ' ~ account ~ more ~ '; '
                ) ~ remedy ~ '.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- Where the currency of a source stands, or should. -#}
{% macro ad_currency_place(source) -%}
    {%- set type = stripe_apex.ad_spend_types()[source.entry.type] -%}
    {%- for role in ['report', 'accounts'] if role in source and 'currency' in source[role].columns -%}
        {{ return(source[role].relation.schema ~ '.' ~ source[role].relation.identifier) }}
    {%- endfor -%}
    {%- if 'accounts' in source -%}
        {{ return(source.accounts.relation.schema ~ '.' ~ source.accounts.relation.identifier ~ ', which has no column of it,') }}
    {%- elif 'accounts' in type -%}
        {{ return(source.entry.schema ~ '.' ~ type.accounts.tables[0] ~ ', which is not there,') }}
    {%- endif -%}
    {{ return(source.report.relation.schema ~ '.' ~ source.report.relation.identifier) }}
{%- endmacro %}
