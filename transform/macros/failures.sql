{#- The models and tests that failed the last time that they ran. They are kept in their own warehouse, since
    the files that dbt leaves behind are about whichever warehouse was built last. Messages of the database
    are not kept: they may quote a row. -#}

{#- At the end of each run. What ran and passed is taken out, and so is a test that did not run although
    a model of its own was made anew: what it would say now is not known. The rest stays as it was. -#}
{% macro keep_failures(results) -%}
    {{ return(adapter.dispatch('keep_failures', 'stripe_apex')(results)) }}
{%- endmacro %}

{#- Neither the report nor `stripe-apex status` reads a warehouse of another engine. -#}
{% macro default__keep_failures(results) -%}{%- endmacro %}

{% macro duckdb__keep_failures(results) -%}
    {%- do stripe_apex.write_failures(results) -%}
{%- endmacro %}

{#- Here dbt takes back what a hook leaves open. -#}
{% macro postgres__keep_failures(results) -%}
    {%- do stripe_apex.write_failures(results) -%}
    {%- do run_query('commit') -%}
{%- endmacro %}

{% macro write_failures(results) -%}
    {%- set beside = graph.nodes['model.stripe_apex.mart_inputs'] if execute else none -%}
    {%- if beside and flags.WHICH in ['run', 'build', 'test']
        and adapter.check_schema_exists(beside.database, beside.schema) -%}
        {%- set relation = api.Relation.create(
            database=beside.database, schema=beside.schema, identifier='build_failures'
        ) -%}
        {%- do run_query(
            'create table if not exists ' ~ relation
            ~ ' (unique_id text, kind text, name text, about text, row_count bigint, description text)'
        ) -%}
        {%- set gone = [] -%}
        {%- set ran = [] -%}
        {%- set rebuilt = [] -%}
        {%- set failed = [] -%}
        {%- for result in results
            if result.node.package_name == 'stripe_apex'
            and result.node.resource_type in ['model', 'seed', 'test']
            and result.status | string != 'skipped' -%}
            {%- do ran.append(result.node.unique_id) -%}
            {%- if result.node.resource_type == 'model' and result.status | string == 'success' -%}
                {%- do rebuilt.append(result.node.unique_id) -%}
            {%- endif -%}
            {%- if result.status | string in ['error', 'fail', 'runtime error'] -%}
                {%- do failed.append(stripe_apex.failure_row(result)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for unique_id in run_query('select unique_id from ' ~ relation).columns[0].values()
            if unique_id in ran or unique_id not in graph.nodes
            or graph.nodes[unique_id].depends_on.nodes | select('in', rebuilt) | list -%}
            {%- do gone.append("'" ~ unique_id ~ "'") -%}
        {%- endfor -%}
        {%- if gone -%}
            {%- do run_query(
                'delete from ' ~ relation ~ ' where unique_id in (' ~ gone | join(', ') ~ ')'
            ) -%}
        {%- endif -%}
        {%- if failed -%}
            {%- do run_query('insert into ' ~ relation ~ ' values ' ~ failed | join(', ')) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- A row of the table, as SQL. A test of more than four models is about all of them. -#}
{% macro failure_row(result) -%}
    {%- set node = result.node -%}
    {%- set about = [] -%}
    {%- for parent in node.depends_on.nodes if parent in graph.nodes -%}
        {%- do about.append(graph.nodes[parent].name) -%}
    {%- endfor -%}
    {%- set told = node.resource_type == 'test' and about | length <= 4 -%}
    {%- set texts = [
        node.unique_id,
        node.resource_type,
        node.name,
        about | join(', ') if told else '',
    ] -%}
    {%- set quoted = [] -%}
    {%- for text in texts + [node.description if node.resource_type == 'test' else ''] -%}
        {%- do quoted.append("'" ~ ((text or '') | string).replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {%- set row_count = result.failures if result.failures is not none else 'null' -%}
    {{ return('(' ~ quoted[:4] | join(', ') ~ ', ' ~ row_count ~ ', ' ~ quoted[4] ~ ')') }}
{%- endmacro %}
