{#- Tables that a Singer target writes for the ad taps, those of singer-io and of other makers. -#}
{% macro singer_ad_spend() -%}
    {{ return({
        'tap_google_ads': {
            'platform': 'google_ads',
            'prefixes': ['google_ads_'],
            'report': {
                'tables': ['campaign_performance_report'],
                'day': ['date', 'segments_date'],
                'micros': ['cost_micros', 'metrics_cost_micros'],
            },
            'campaigns': {'tables': ['campaigns']},
            'accounts': {'tables': ['accounts']},
        },
        'tap_googleads': {
            'platform': 'google_ads',
            'prefixes': ['stream_', 'google_ads_'],
            'report': {
                'tables': ['campaign_performance'],
                'day': ['segments_date', 'date'],
                'micros': ['metrics_cost_micros'],
                'campaign': ['campaign_id', 'campaign_resource_name'],
                'account': ['customer_id', 'campaign_resource_name'],
                'read_at': ['_sdc_batched_at', '_sdc_extracted_at', '_sdc_received_at'],
                'once_for': ['account', 'campaign'],
            },
            'campaigns': {'tables': ['campaign', 'campaigns']},
            'accounts': {'tables': ['customer', 'customer_hierarchy']},
        },
        'tap_facebook': {
            'platform': 'meta_ads',
            'prefixes': ['facebook_'],
            'report': {
                'tables': ['adsinsights_default', 'ads_insights'],
                'day': ['date_start'],
                'amount': ['spend'],
            },
            'campaigns': {'tables': ['campaigns']},
            'accounts': {'tables': ['adaccounts']},
        },
        'tap_linkedin_ads': {
            'platform': 'linkedin_ads',
            'prefixes': ['linkedin_ads_', 'linkedin_'],
            'report': {
                'tables': ['ad_analytics_by_campaign'],
                'day': ['day', 'start_at'],
                'amount': ['cost_in_local_currency'],
                'usd': ['cost_in_usd'],
                'campaign': ['campaign_id', 'pivot_value'],
            },
            'campaigns': {'tables': ['campaigns']},
            'accounts': {'tables': ['accounts']},
        },
        'tap_bing_ads': {
            'platform': 'microsoft_ads',
            'prefixes': ['bing_ads_'],
            'report': {
                'tables': ['campaign_performance_report', 'campaign_performance_report_daily'],
                'day': ['time_period'],
                'amount': ['spend'],
                'read_at': ['_sdc_report_datetime'],
                'once_for': ['account'],
            },
            'campaigns': {'tables': ['campaigns']},
            'accounts': {'tables': ['accounts']},
        },
        'tap_tiktok_ads': {
            'platform': 'tiktok_ads',
            'prefixes': ['tiktok_ads_', 'tiktok_'],
            'report': {'tables': ['ad_insights'], 'day': ['stat_time_day'], 'amount': ['spend']},
            'campaigns': {'tables': ['campaigns']},
            'accounts': {'tables': ['advertisers']},
        },
    }) }}
{%- endmacro %}
