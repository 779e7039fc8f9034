{#- Ad spend where other loaders put it: what the var `ad_spend_sources` names, found in the warehouse. -#}

{#- The adapters. Each says its `platform`, the `prefixes` that tables of a shared schema may have, and what
    its tables are: the `report` of what was spent; the `campaigns` and `accounts` that the report points to;
    the `ads`, where the report only knows these. A field is a list of spellings, the best first; what is not
    said is as in `usual_ad_columns`. Of money there is one: `micros`, or an `amount` in major units; a report
    may have the same in `usd`, too. A tap that appends days which it reads again says what it reads as a whole,
    `once_for`: of one day and these fields, the rows with the newest `read_at` count. -#}
{% macro ad_spend_types() -%}
    {%- set types = {} -%}
    {%- do types.update(stripe_apex.fivetran_ad_spend()) -%}
    {%- do types.update(stripe_apex.singer_ad_spend()) -%}
    {%- do types.update(stripe_apex.airbyte_ad_spend()) -%}
    {{ return(types) }}
{%- endmacro %}


{#- Case, underscores and dots make no difference: a spelling covers `metrics.cost_micros`,
    `metrics__costMicros` and `METRICS_COST_MICROS`. -#}
{% macro usual_ad_columns() -%}
    {{ return({
        'report': {
            'platform': ['platform'],
            'account': ['customer_id', 'account_id', 'advertiser_id'],
            'account_name': ['customer_descriptive_name', 'account_name', 'advertiser_name'],
            'ad': ['ad_id'],
            'campaign': ['campaign_id'],
            'campaign_name': ['campaign_name'],
            'currency': [
                'currency_code', 'customer_currency_code', 'account_currency', 'account_currency_code',
                'currency',
            ],
            'impressions': ['impressions', 'metrics_impressions'],
            'clicks': ['inline_link_clicks', 'clicks', 'metrics_clicks'],
            'conversions': [
                'conversions', 'metrics_conversions', 'conversion', 'external_website_conversions',
            ],
        },
        'ads': {'id': ['ad_id', 'id'], 'campaign': ['campaign_id']},
        'campaigns': {
            'id': ['campaign_id', 'id'],
            'name': ['campaign_name', 'name'],
            'account': ['account_id', 'customer_id', 'advertiser_id', 'account'],
        },
        'accounts': {
            'id': ['customer_client_id', 'account_id', 'advertiser_id', 'customer_id', 'id'],
            'name': [
                'customer_client_descriptive_name', 'customer_descriptive_name', 'descriptive_name',
                'account_name', 'advertiser_name', 'name',
            ],
            'currency': [
                'customer_client_currency_code', 'customer_currency_code', 'currency_code',
                'account_currency', 'currency',
            ],
        },
    }) }}
{%- endmacro %}


{#- Which version of a row is the newest: the field that the platform changes, then when it was loaded. -#}
{% macro ad_version_columns() -%}
    {{ return([
        'updated_at', 'last_modified_time', 'last_modified_at', 'last_modified', 'modified_time', 'modify_time',
        'updated_time', 'segments_date', 'fivetran_synced', 'sdc_batched_at', 'sdc_extracted_at',
        'airbyte_extracted_at', 'airbyte_emitted_at',
    ]) }}
{%- endmacro %}


{% macro plain_column_name(name) -%}
    {{ return(name | lower | replace('_', '') | replace('.', '')) }}
{%- endmacro %}


{#- The entries of the var, each with its adapter and the relations and columns that it was found to have;
    none while dbt only parses, and in a unit test. -#}
{% macro ad_spend_sources() -%}
    {%- set found = [] -%}
    {%- if execute and model.resource_type != 'unit_test' -%}
        {%- for entry in var('ad_spend_sources') -%}
            {%- do found.append(stripe_apex.ad_spend_source(entry)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{% macro ad_spend_source(entry) -%}
    {%- set type = stripe_apex.ad_spend_types()[entry.type] -%}
    {%- set usual = stripe_apex.usual_ad_columns() -%}
    {%- set there = stripe_apex.relations_of_schema(entry.get('database', target.database), entry.schema) -%}
    {%- set source = {
        'name': entry.type ~ ' in the schema ' ~ entry.schema, 'entry': entry, 'platform': type.platform,
        'once_for': type.report.get('once_for', []),
    } -%}
    {%- for role in ['report', 'ads', 'campaigns', 'accounts'] if role in type -%}
        {%- set names = stripe_apex.ad_table_names(entry, type, role) -%}
        {%- set relation = stripe_apex.first_ad_relation(there, names) -%}
        {%- if relation is not none -%}
            {%- set fields = dict(usual[role], **type[role]) -%}
            {%- do source.update({role: {
                'relation': relation, 'columns': stripe_apex.found_ad_columns(relation, fields),
            }}) -%}
        {%- elif role == 'report' or role in entry.get('tables', {}) -%}
            {{ exceptions.raise_compiler_error(
                'ad_spend_sources: ' ~ source.name ~ ' has no table `' ~ names | join('` or `') ~ '`; there is '
                ~ ('`' ~ there | map(attribute='identifier') | sort | join('`, `') ~ '`' if there else 'nothing')
                ~ '. Name the table in its entry: tables: {' ~ role ~ ': NAME_OF_THE_TABLE}.'
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- do stripe_apex.refuse_missing_ad_columns(source, type) -%}
    {{ return(source) }}
{%- endmacro %}


{#- The tables and views of a schema, whatever case their names are in. The cache of dbt is not asked: it
    knows the schemas of sources and models, and is filled by the thread that asks first. -#}
{% macro relations_of_schema(database, schema) -%}
    {{ return(adapter.dispatch('relations_of_schema', 'stripe_apex')(database, schema)) }}
{%- endmacro %}

{% macro default__relations_of_schema(database, schema) -%}
    {%- set relations = [] -%}
    {%- for row in list_relations_without_caching(api.Relation.create(database=database, schema=schema)) -%}
        {%- do relations.append(
            api.Relation.create(database=database, schema=row['schema'], identifier=row['name'])
        ) -%}
    {%- endfor -%}
    {{ return(relations) }}
{%- endmacro %}

{% macro spark__relations_of_schema(database, schema) -%}
    {%- set relations = [] -%}
    {%- if schema | lower in run_query('show schemas').columns[0].values() | map('lower') -%}
        {%- for row in run_query('show tables in ' ~ schema).rows -%}
            {%- do relations.append(api.Relation.create(schema=schema, identifier=row[1])) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(relations) }}
{%- endmacro %}


{#- What a table may be called, the most telling name first: a schema that several connectors share has
    more than one `campaign_history`. -#}
{% macro ad_table_names(entry, type, role) -%}
    {%- if role in entry.get('tables', {}) -%}
        {{ return([entry.tables[role]]) }}
    {%- endif -%}
    {%- set names = [] -%}
    {%- for table in type[role].tables -%}
        {%- for prefix in type.prefixes + [''] -%}
            {%- do names.extend([prefix ~ table, prefix ~ table ~ '_data']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro first_ad_relation(there, names) -%}
    {%- for name in names -%}
        {%- for relation in there if relation.identifier | lower == name | lower -%}
            {{ return(relation) }}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}


{#- The column of each field that the relation has; the times of versions and the marks of deletion, too. -#}
{% macro found_ad_columns(relation, fields) -%}
    {%- set there, families = {}, stripe_apex.type_families() -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- set type = column.data_type | lower -%}
        {%- do there.update({stripe_apex.plain_column_name(column.name): {
            'name': column.name,
            'plain_name': stripe_apex.plain_column_name(column.name),
            'sql': adapter.quote(column.name),
            'type': type,
            'family': families.get(type.split('(')[0].split(' ')[0], 'text'),
        }}) -%}
    {%- endfor -%}
    {%- set found = {'there': there} -%}
    {%- for field, spellings in fields.items() if field not in ['tables', 'once_for'] -%}
        {%- set candidates = [] -%}
        {%- for spelling in spellings if stripe_apex.plain_column_name(spelling) in there -%}
            {%- do candidates.append(
                dict(there[stripe_apex.plain_column_name(spelling)], is_account=(field == 'account'))
            ) -%}
        {%- endfor -%}
        {%- if candidates -%}
            {%- do found.update({field: candidates[0]}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set versions = [] -%}
    {%- for name in stripe_apex.ad_version_columns() if stripe_apex.plain_column_name(name) in there -%}
        {%- do versions.append(there[stripe_apex.plain_column_name(name)]) -%}
    {%- endfor -%}
    {%- do found.update({'versions': versions}) -%}
    {{ return(found) }}
{%- endmacro %}


{#- A report without days or money is none. A table that it points to may lack anything but the id. -#}
{% macro refuse_missing_ad_columns(source, type) -%}
    {%- set money = type.report.get('micros', []) + type.report.get('amount', []) + type.report.get('usd', []) -%}
    {%- set report = source.report.columns -%}
    {%- set missing = [] -%}
    {%- if 'day' not in report -%}
        {%- do missing.append(type.report.day) -%}
    {%- endif -%}
    {%- if 'micros' not in report and 'amount' not in report and 'usd' not in report -%}
        {%- do missing.append(money) -%}
    {%- endif -%}
    {%- for spellings in missing -%}
        {{ exceptions.raise_compiler_error(
            'ad_spend_sources: ' ~ source.report.relation.schema ~ '.' ~ source.report.relation.identifier
            ~ ' has no column `' ~ spellings | join('` or `') ~ '`; it has `'
            ~ report.there.values() | map(attribute='name') | join('`, `') ~ '`.'
        ) }}
    {%- endfor -%}
    {%- for role in ['ads', 'campaigns', 'accounts'] if role in source and 'id' not in source[role].columns -%}
        {%- do source.pop(role) -%}
    {%- endfor -%}
{%- endmacro %}
