-- The spend of each source of the var `ad_spend_sources`, as its own table of statistics has it, is what was
-- taken from it: no version of a campaign multiplies it, and none that is missing loses it. Rounding to
-- millionths may differ by one for each account and currency.
{%- set checked = [] %}
{%- for source in ad_spend_sources() %}
    {%- if 'usd' not in source.report.columns %}
        {%- do checked.append({'number': loop.index, 'source': source}) %}
    {%- endif %}
{%- endfor %}

with taken as (

    select
        source_number,
        sum(spend_micros) as spend_micros,
        count(distinct concat(coalesce(account_id, ''), ' ', currency)) as accounts
    from {{ ref('base_ads__loaded') }}
    group by source_number

),

said as (

    {% for check in checked -%}
    select
        {{ check.number }} as source_number,
        coalesce(sum(amount), 0) * 1000000 as spend_micros
    from (
        select
            {{ ad_amount(check.source.report.columns) }} as amount,
            {{ ad_reading(check.source) }} as reading
        from {{ check.source.report.relation }} as report_rows
        where {{ ad_row_stands(check.source.report.columns.there) }}
    ) as report_rows
    where reading = 1
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% else -%}
    select
        0 as source_number,
        0 as spend_micros
    {%- endfor %}

)

select
    said.source_number,
    said.spend_micros as said_micros,
    taken.spend_micros as taken_micros
from said
left join taken
    on said.source_number = taken.source_number
where abs(said.spend_micros - coalesce(taken.spend_micros, 0)) > coalesce(taken.accounts, 0)
