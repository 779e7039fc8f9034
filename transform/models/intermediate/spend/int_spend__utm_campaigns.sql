{#- The campaigns of visits, leads and payments, and whose ads they are: by the words that people have for a
    platform, by the `utm_source` of its spend, and without a source by the click id. -#}
with spend as (

    select distinct
        platform,
        utm_source
    from {{ ref('int_spend__taken') }}
    where platform is not null and utm_source is not null

),

names as (

    {{ plain_names('ad_platform_names', 'platform') }}

),

named as (

    select distinct
        rule_source,
        click_ids,
        campaign as utm_campaign
    from {{ ref('int_channels__signals') }}
    where campaign <> ''

),

of_platforms as (

    select
        named.*,
        names.platform
    from named
    inner join names
        on {{ plain_name('named.rule_source') }} = names.plain_name

    union

    select
        named.*,
        spend.platform
    from named
    inner join spend
        on named.rule_source = spend.utm_source
    {%- for click_id, platform in click_id_platforms().items() %}

    union

    select
        named.*,
        '{{ platform }}' as platform
    from named
    where rule_source = '-' and click_ids like '%{{ click_id }}%'
    {%- endfor %}

)

select * from of_platforms
