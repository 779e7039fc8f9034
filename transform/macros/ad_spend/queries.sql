{#- The tables of a source as queries. What the statistics hold is never lost: they stand on the left of each
    join, and what is on the right has one row for each id, that of its newest version. -#}

{#- What was spent by day, account and campaign, or ad, as the report says it. -#}
{% macro ad_report(source) -%}
    {%- set columns = source.report.columns -%}
    {%- set keys = {
        'spend_date': stripe_apex.ad_day(columns.day),
        'platform': "'" ~ source.platform ~ "'" if source.platform else stripe_apex.ad_text(columns.get('platform')),
        'account_id': stripe_apex.ad_id(columns.get('account')),
        'account_name': stripe_apex.ad_text(columns.get('account_name')),
        'ad_id': stripe_apex.ad_id(columns.get('ad')) if 'ads' in source else stripe_apex.ad_text(none),
        'campaign_id': stripe_apex.ad_id(columns.get('campaign')),
        'campaign_name': stripe_apex.ad_text(columns.get('campaign_name')),
        'currency': 'lower(' ~ stripe_apex.ad_text(columns.get('currency')) ~ ')',
    } -%}
    select
        {{ keys | join(',\n        ') }},
        sum(amount) as amount,
        sum(usd) as usd,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(conversions) as decimal(28, 6)) as conversions
    from (
        select
            {%- for name, sql in keys.items() %}
            {{ sql }} as {{ name }},
            {%- endfor %}
            {{ stripe_apex.ad_amount(columns) }} as amount,
            {{ stripe_apex.ad_number(columns.get('usd'), 'decimal(28, 12)') }} as usd,
            {{ stripe_apex.ad_count(columns.get('impressions')) }} as impressions,
            {{ stripe_apex.ad_count(columns.get('clicks')) }} as clicks,
            {{ stripe_apex.ad_count(columns.get('conversions')) }} as conversions,
            {{ stripe_apex.ad_reading(source) }} as reading
        from {{ source.report.relation }} as report_rows
        where {{ stripe_apex.ad_row_stands(columns.there) }}
    ) as report_rows
    where reading = 1
    group by {{ keys | join(', ') }}
{%- endmacro %}


{#- What a tap reads as a whole: a day, the fields of `once_for`, and of Google the segments. Nothing where the adapter
    says none, or where the report lacks one of them. -#}
{% macro ad_read_as_a_whole(source) -%}
    {%- set columns = source.report.columns -%}
    {%- set whole = [] -%}
    {%- if source.once_for and not source.once_for | reject('in', columns) | list -%}
        {%- do whole.append(stripe_apex.ad_day(columns.day)) -%}
        {%- for field in source.once_for -%}
            {%- do whole.append(stripe_apex.ad_id(columns[field])) -%}
        {%- endfor -%}
        {%- for name, column in columns.there.items() if name.startswith('segments') -%}
            {%- do whole.append(stripe_apex.ad_text(column)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(whole) }}
{%- endmacro %}

{#- 1 for a row of the newest reading of its day. -#}
{% macro ad_reading(source) -%}
    {%- set whole = stripe_apex.ad_read_as_a_whole(source) -%}
    {%- if whole and 'read_at' in source.report.columns -%}
        dense_rank() over (
            partition by {{ whole | join(', ') }}
            order by coalesce({{ stripe_apex.ad_text(source.report.columns.read_at) }}, '') desc
        )
    {%- else -%}
        1
    {%- endif -%}
{%- endmacro %}


{#- One row for each id of a table that holds many versions of it, and `fields` of it as text. -#}
{% macro ad_versions(source, role, fields) -%}
    {%- if role in source -%}
        {%- set columns = source[role].columns -%}
    select
        id,
        {{ fields | join(',\n        ') }}
    from (
        select
            versions.*,
            row_number() over (partition by id order by version_1 desc) as version_rank
        from (
            select
                {{ stripe_apex.account_key(stripe_apex.ad_id(columns.id)) if role == 'accounts'
                    else stripe_apex.ad_id(columns.id) }} as id,
                {%- for field in fields %}
                {{ stripe_apex.ad_id(columns.get(field)) if field in ['account', 'campaign']
                    else stripe_apex.ad_text(columns.get(field)) }} as {{ field }},
                {%- endfor %}
                {{ stripe_apex.ad_version(columns) }} as version_1
            from {{ source[role].relation }} as version_rows
        ) as versions
        where id is not null
    ) as versions
    where version_rank = 1
    {%- else -%}
    select
        {%- for field in ['id'] + fields %}
        {{ stripe_apex.ad_text(none) }} as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
    {%- endif -%}
{%- endmacro %}


{#- The currency of an account as the entry of the var says it: for this account or platform alone. -#}
{% macro ad_said_currency(source, account_id, platform) -%}
    {%- set said = source.entry.get('currency') -%}
    {%- if said is mapping and said.keys() | reject('equalto', 'other') | list -%}
        case
            {%- for name, currency in said.items() if name != 'other' %}
            when '{{ stripe_apex.plain_account_name(name) }}' in (
                {{ stripe_apex.account_key(account_id) }}, {{ stripe_apex.account_key(platform) }}
            ) then '{{ currency | lower }}'
            {%- endfor %}
        end
    {%- else -%}
        {{ stripe_apex.ad_text(none) }}
    {%- endif -%}
{%- endmacro %}

{#- What it says of all accounts whose table says nothing; none where it does not. -#}
{% macro ad_other_currency(source) -%}
    {%- set said = source.entry.get('currency') -%}
    {%- set other = said.get('other') if said is mapping else said -%}
    {{ return(other | lower if other else none) }}
{%- endmacro %}


{#- Text of a column, null where there is none or it is blank. -#}
{% macro ad_text(column) -%}
    {%- if column -%}
        {{ return(stripe_apex.blank_to_null('cast(' ~ column.sql ~ ' as ' ~ dbt.type_string() ~ ')')) }}
    {%- endif -%}
    {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}
{%- endmacro %}


{#- An id as text: the last number of `urn:li:sponsoredCampaign:1111` and of `customers/1/campaigns/1111`,
    and a number that a loader took for a decimal one without its `.0`. -#}
{% macro ad_id(column) -%}
    {%- if not column -%}
        {{ return(stripe_apex.ad_text(none)) }}
    {%- elif column.family == 'number' -%}
        {{ return('cast(cast(' ~ column.sql ~ ' as decimal(28, 0)) as ' ~ dbt.type_string() ~ ')') }}
    {%- endif -%}
    {%- set text = stripe_apex.ad_text(column) -%}
    {%- if column.plain_name == 'campaignresourcename' and column.get('is_account') -%}
        {{ return("nullif(" ~ stripe_apex.first_group(text, 'customers/([0-9]+)') ~ ", '')") }}
    {%- endif -%}
    {%- set parts = [
        'when ' ~ stripe_apex.matches(text, "'[0-9]+[.]0+'") ~ ' then ' ~ dbt.split_part(text, "'.'", 1),
        'when ' ~ text ~ " like '%:%' or " ~ text ~ " like '%/%' then nullif("
            ~ stripe_apex.first_group(text, '([0-9]+)[^0-9]*$') ~ ", '')",
        'else ' ~ text,
    ] -%}
    {{ return('case ' ~ parts | join(' ') ~ ' end') }}
{%- endmacro %}


{#- The day, as the report says it; of an instant, that of UTC, in which loaders write days. -#}
{% macro ad_day(column) -%}
    {%- if column.family == 'date' -%}
        {{ return(column.sql) }}
    {%- elif column.family == 'time' -%}
        {{ return(stripe_apex.day_in_utc(column.sql, column.type)) }}
    {%- endif -%}
    {{ return(stripe_apex.text_as('date', stripe_apex.ad_text(column), 'date')) }}
{%- endmacro %}


{#- A number in the type that is asked for; of text, one that `check_ad_spend_tables` lets pass. -#}
{% macro ad_number(column, type) -%}
    {%- if not column -%}
        {{ return('cast(null as ' ~ type ~ ')') }}
    {%- endif -%}
    {%- if column.family == 'number' -%}
        {{ return('cast(' ~ column.sql ~ ' as ' ~ type ~ ')') }}
    {%- endif -%}
    {{ return(stripe_apex.text_as('number', stripe_apex.ad_text(column), type)) }}
{%- endmacro %}

{#- Money in major units, exact: micros are whole numbers, and a millionth of each is a decimal. -#}
{% macro ad_amount(columns) -%}
    {%- if 'micros' in columns -%}
        {{ return('cast(' ~ stripe_apex.ad_number(columns.micros, 'decimal(22, 6)')
            ~ ' * cast(0.000001 as decimal(7, 6)) as decimal(28, 12))') }}
    {%- endif -%}
    {{ return(stripe_apex.ad_number(columns.get('amount'), 'decimal(28, 12)')) }}
{%- endmacro %}

{#- A count that is told and nothing more: text that is no number counts as none. -#}
{% macro ad_count(column) -%}
    {%- set number = stripe_apex.ad_number(column, 'decimal(28, 6)') -%}
    {%- if not column or column.family == 'number' -%}
        {{ return(number) }}
    {%- endif -%}
    {{ return('case when ' ~ stripe_apex.matches(stripe_apex.ad_text(column), "'" ~ stripe_apex.readable_texts('number') ~ "'")
        ~ ' then ' ~ number ~ ' end') }}
{%- endmacro %}


{#- A row that the loader has not marked as deleted, or as an older version. -#}
{% macro ad_row_stands(there) -%}
    {%- set conditions = ['1 = 1'] -%}
    {%- for name, standing in {'fivetrandeleted': "'false'", 'fivetranactive': "'true'"}.items() if name in there -%}
        {%- set flag = 'lower(cast(' ~ there[name].sql ~ ' as ' ~ dbt.type_string() ~ '))' -%}
        {%- do conditions.append(
            'replace(replace(substr(coalesce(' ~ flag ~ ', ' ~ standing ~ "), 1, 1), '1', 't'), '0', 'f') = substr(" ~ standing ~ ', 1, 1)'
        ) -%}
    {%- endfor -%}
    {%- for name in ['sdcdeletedat', 'abcdcdeletedat'] if name in there -%}
        {%- do conditions.append(there[name].sql ~ ' is null') -%}
    {%- endfor -%}
    {{ return(conditions | join(' and ')) }}
{%- endmacro %}


{#- One text by which versions are ordered; times that are text are made comparable first. -#}
{% macro ad_version(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns.versions -%}
        {%- set text = stripe_apex.ad_text(column) -%}
        {%- set clock = "replace(" ~ text ~ ", 'T', ' ')" -%}
        {%- do parts.append(
            'coalesce(case when ' ~ clock ~ " like '____-__-__ _:%' then substr(" ~ clock ~ ", 1, 11) || '0' || substr("
            ~ clock ~ ', 12) else ' ~ clock ~ " end, '')"
        ) -%}
    {%- endfor -%}
    {%- for name in ['fivetranactive'] if name in columns.there -%}
        {%- do parts.append("coalesce(lower(cast(" ~ columns.there[name].sql ~ ' as ' ~ dbt.type_string() ~ ")), '')") -%}
    {%- endfor -%}
    {%- for name in ['name', 'currency', 'account', 'campaign'] if name in columns -%}
        {%- do parts.append('coalesce(' ~ stripe_apex.ad_text(columns[name]) ~ ", '')") -%}
    {%- endfor -%}
    {{ return(parts | join(' || chr(31) || ') if parts else "''") }}
{%- endmacro %}


{#- An account's name for comparing: `111-222-3333` is `1112223333`, and Meta's `act_12` is `12`. -#}
{% macro account_key(name) -%}
    {%- set plain = "translate(lower(" ~ name ~ "), '-_. ', '')" -%}
    case when {{ stripe_apex.matches(plain, "'act[0-9]+'") }} then substr({{ plain }}, 4) else {{ plain }} end
{%- endmacro %}

{% macro plain_account_name(name) -%}
    {%- set plain = name | string | lower | replace('-', '') | replace('_', '') | replace('.', '') | replace(' ', '') -%}
    {{ return(plain[3:] if plain[:3] == 'act' and plain[3:].isdigit() else plain) }}
{%- endmacro %}


{#- The `utm_source` that links of a platform's ads usually carry, as the import of files takes it. -#}
{% macro usual_utm_source(platform) -%}
    case {{ platform }}
        {%- for name, source in {
            'google_ads': 'google', 'meta_ads': 'facebook', 'linkedin_ads': 'linkedin',
            'microsoft_ads': 'bing', 'tiktok_ads': 'tiktok',
        }.items() %}
        when '{{ name }}' then '{{ source }}'
        {%- endfor %}
    end
{%- endmacro %}
