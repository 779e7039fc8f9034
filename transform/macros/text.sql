{#- How a text is made comparable. Blank is the same as missing everywhere. -#}

{% macro blank_to_null(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}


{#- UTM values and names of campaigns: `Google`, `GOOGLE ` and `google` are one source. The character
    that keeps the fields of a signal apart is none of theirs. -#}
{% macro normalize_label(column) -%}
    nullif(lower(trim(replace({{ column }}, chr(31), ' '))), '')
{%- endmacro %}


{#- Channels, platforms and variants: `Paid Search` and `paid-search` are `paid_search`. -#}
{% macro snake_case(column) -%}
    nullif(replace(replace(lower(trim({{ column }})), ' ', '_'), '-', '_'), '')
{%- endmacro %}


{#- A name as people write it, for comparing: without case, blanks and punctuation, `Google / CPC` and
    `google-cpc` are one. -#}
{% macro plain_name(column) -%}
    {%- set signs = ' _-./|,:;()&+*#!?@~[]{}<>=%"\u00a0\u2013\u2014' -%}
    translate(lower({{ column }}), '{{ signs }}', '')
{%- endmacro %}


{#- What a seed of names knows: the plain name and, in `column`, what it stands for. -#}
{% macro plain_names(seed, column) -%}
    select
        {{ stripe_apex.plain_name('name') }} as plain_name,
        {{ column }}
    from {{ ref(seed) }}
{%- endmacro %}


{#- The name of a campaign for comparing: without blanks, in whatever way a link or a form writes them. -#}
{% macro campaign_name_key(column) -%}
    {%- set blanks = ' \u00a0\t' -%}
    translate(replace(replace(lower({{ column }}), '%20', ''), '+', ''), '{{ blanks }}', '')
{%- endmacro %}


{#- The characters that no address has, as ranges of a regular expression: control characters, every
    blank that Unicode knows, and what is written for the layout alone and cannot be seen (soft hyphens,
    joiners, marks of direction). What is copied and pasted brings them along. -#}
{% macro invisible_characters() -%}
    {{ return(
        '\x01-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff'
    ) }}
{%- endmacro %}


{#- Without blanks, lower case, Unicode NFC: the form in which two spellings of an address are equal.
    A letter and its accent are put together before and after, as few letters are lowered together.
    Tags after a plus sign and the dots of Gmail are dropped only where the vars say so. -#}
{% macro normalize_email(column) -%}
    {%- set visible = stripe_apex.without_characters(column, stripe_apex.invisible_characters()) -%}
    {%- set lowered = 'lower(' ~ stripe_apex.unicode_nfc(visible) ~ ')' -%}
    {%- set plain = stripe_apex.unicode_nfc(lowered) -%}
    {%- if var('email_plus_tags') == 'drop' -%}
        {%- set plain = stripe_apex.replace_pattern(plain, '[+][^@]*@', '@') -%}
    {%- endif -%}
    {%- if var('email_gmail_dots') == 'drop' -%}
        {%- set plain -%}
            case
                when {{ plain }} like '%@gmail.com' or {{ plain }} like '%@googlemail.com'
                    then replace({{ dbt.split_part(plain, "'@'", 1) }}, '.', '') || '@gmail.com'
                else {{ plain }}
            end
        {%- endset -%}
    {%- endif -%}
    nullif({{ plain }}, '')
{%- endmacro %}


{% macro without_characters(value, characters) -%}
    {{ return(adapter.dispatch('without_characters', 'stripe_apex')(value, characters)) }}
{%- endmacro %}

{% macro default__without_characters(value, characters) -%}
    regexp_replace({{ value }}, '[{{ characters }}]+', '', 'g')
{%- endmacro %}

{#- A text of DuckDB may hold the character zero, which its SQL cannot say but by an escape. -#}
{% macro duckdb__without_characters(value, characters) -%}
    regexp_replace({{ value }}, '[\x00{{ characters }}]+', '', 'g')
{%- endmacro %}

{#- It replaces all of them anyway. -#}
{% macro spark__without_characters(value, characters) -%}
    regexp_replace({{ value }}, '[{{ characters }}]+', '')
{%- endmacro %}


{% macro replace_pattern(value, pattern, replacement) -%}
    regexp_replace({{ value }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}


{% macro unicode_nfc(expression) -%}
    {{ return(adapter.dispatch('unicode_nfc', 'stripe_apex')(expression)) }}
{%- endmacro %}

{#- Engines without the function compare what they are given. -#}
{% macro default__unicode_nfc(expression) -%}
    {{ expression }}
{%- endmacro %}

{% macro duckdb__unicode_nfc(expression) -%}
    nfc_normalize({{ expression }})
{%- endmacro %}

{% macro postgres__unicode_nfc(expression) -%}
    normalize({{ expression }}, nfc)
{%- endmacro %}


{#- Does the whole value match the regular expression? -#}
{% macro matches(value, pattern) -%}
    {{ return(adapter.dispatch('matches', 'stripe_apex')(value, pattern)) }}
{%- endmacro %}

{% macro default__matches(value, pattern) -%}
    {{ value }} rlike concat('^(?:', {{ pattern }}, ')$')
{%- endmacro %}

{% macro duckdb__matches(value, pattern) -%}
    regexp_full_match({{ value }}, {{ pattern }})
{%- endmacro %}

{% macro postgres__matches(value, pattern) -%}
    {{ value }} ~ ('^(?:' || {{ pattern }} || ')$')
{%- endmacro %}


{#- The first group of a regular expression in a text, empty or null where it does not occur. -#}
{% macro first_group(value, pattern) -%}
    {{ return(adapter.dispatch('first_group', 'stripe_apex')(value, pattern)) }}
{%- endmacro %}

{% macro default__first_group(value, pattern) -%}
    regexp_extract({{ value }}, '{{ pattern }}', 1)
{%- endmacro %}

{% macro postgres__first_group(value, pattern) -%}
    substring({{ value }} from '{{ pattern }}')
{%- endmacro %}


{#- The host of a URL in lower case without `www.`; of an app's referrer, its package. -#}
{% macro url_host(url) -%}
    lower({{ stripe_apex.first_group(url, '^[A-Za-z-]+://(?:[Ww][Ww][Ww][.])?([^/:?#\x1f]+)') }})
{%- endmacro %}


{#- A query parameter of a URL in lower case, empty or null where it is missing. -#}
{% macro url_parameter(url, name) -%}
    case
        when {{ url }} like '%{{ name }}=%'
            then lower(replace(replace(
                {{ stripe_apex.first_group(url, '[?&]' ~ name ~ '=([^&#\x1f]+)') }}, '+', ' '
            ), '%20', ' '))
    end
{%- endmacro %}


{#- Has a URL that query parameter, and something in it? -#}
{% macro has_url_parameter(url, name) -%}
    ({{ url }} like '%{{ name }}=%' and {{ stripe_apex.first_group(url, '[?&]' ~ name ~ '=([^&#])') }} <> '')
{%- endmacro %}


{#- A whole number of 60 bits that stands for a text: joins run on it several times faster, and no
    address leaves the identity models. Tests say that no two people and no two signals share one. -#}
{% macro surrogate_key(text) -%}
    {{ return(adapter.dispatch('surrogate_key', 'stripe_apex')(text)) }}
{%- endmacro %}

{% macro default__surrogate_key(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}

{% macro duckdb__surrogate_key(text) -%}
    cast('0x' || md5({{ text }})[1:15] as bigint)
{%- endmacro %}

{% macro postgres__surrogate_key(text) -%}
    cast(cast('x0' || substr(md5({{ text }}), 1, 15) as bit(64)) as bigint)
{%- endmacro %}


{#- The same by the engine's fastest hash, for what every row of the largest table needs: which visitor it
    is of, where it came from. It tells them apart and is shown nowhere. -#}
{% macro fast_key(text) -%}
    {{ return(adapter.dispatch('fast_key', 'stripe_apex')(text)) }}
{%- endmacro %}

{% macro default__fast_key(text) -%}
    {{ stripe_apex.surrogate_key(text) }}
{%- endmacro %}

{% macro duckdb__fast_key(text) -%}
    cast(hash({{ text }}) >> 4 as bigint)
{%- endmacro %}


{#- Who sent a row that has no visitor: the address stands for one. -#}
{% macro nameless_visitor(email) -%}
    'email' || chr(31) || {{ email }}
{%- endmacro %}


{#- What is wrong with a text that stands in place of a date or a number, and what to do. -#}
{% macro misreadable_text(value, column, what) -%}
    {{ return(
        '`' ~ value ~ '` in the column `' ~ column ~ '` is no ' ~ what ~ ' that can be read in one way only. '
        ~ 'Give the column the type of a ' ~ what ~ ', or write its texts as ' ~ {
            'date': '2026-01-31', 'time': '2026-01-31T14:05:00Z', 'number': '1234.50', 'whole number': '1234',
        }[what] ~ '.'
    ) }}
{%- endmacro %}
