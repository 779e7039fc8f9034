{#- Tables that Fivetran's connectors write, and the report that its package dbt_ad_reporting makes of them.
    See `ad_spend_types` for what an adapter says. Statistics are of the grain that holds all spend: that of
    Performance Max campaigns is in no table of ads. -#}
{% macro fivetran_ad_spend() -%}
    {{ return({
        'fivetran_google_ads': {
            'platform': 'google_ads',
            'prefixes': ['google_ads_'],
            'report': {
                'tables': ['campaign_stats'],
                'day': ['date'],
                'micros': ['cost_micros'],
                'campaign': ['campaign_id', 'id'],
            },
            'campaigns': {'tables': ['campaign_history']},
            'accounts': {'tables': ['account_history']},
        },
        'fivetran_facebook_ads': {
            'platform': 'meta_ads',
            'prefixes': ['facebook_ads_'],
            'report': {'tables': ['basic_ad'], 'day': ['date'], 'amount': ['spend']},
            'ads': {'tables': ['ad_history']},
            'campaigns': {'tables': ['campaign_history']},
            'accounts': {'tables': ['account_history']},
        },
        'fivetran_linkedin_ads': {
            'platform': 'linkedin_ads',
            'prefixes': ['linkedin_ads_', 'linkedin_ad_', 'linkedin_'],
            'report': {
                'tables': ['ad_analytics_by_campaign'],
                'day': ['day'],
                'amount': ['cost_in_local_currency'],
                'usd': ['cost_in_usd'],
            },
            'campaigns': {'tables': ['campaign_history']},
            'accounts': {'tables': ['account_history']},
        },
        'fivetran_microsoft_ads': {
            'platform': 'microsoft_ads',
            'prefixes': ['microsoft_ads_', 'bing_ads_'],
            'report': {
                'tables': ['campaign_performance_daily_report'], 'day': ['date'], 'amount': ['spend'],
            },
            'campaigns': {'tables': ['campaign_history']},
            'accounts': {'tables': ['account_history']},
        },
        'fivetran_tiktok_ads': {
            'platform': 'tiktok_ads',
            'prefixes': ['tiktok_ads_', 'tiktok_'],
            'report': {
                'tables': ['campaign_report_hourly', 'campaign_report_daily'],
                'day': ['stat_time_hour', 'stat_time_day'],
                'amount': ['spend'],
            },
            'campaigns': {'tables': ['campaign_history']},
            'accounts': {'tables': ['advertiser']},
        },
        'fivetran_ad_reporting': {
            'platform': none,
            'prefixes': [],
            'report': {
                'tables': ['ad_reporting__campaign_report'], 'day': ['date_day'], 'amount': ['spend'],
            },
        },
    }) }}
{%- endmacro %}
