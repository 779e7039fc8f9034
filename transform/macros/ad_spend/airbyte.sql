{#- Tables that Airbyte's destinations write: a dot in a name may have become an underscore. -#}
{% macro airbyte_ad_spend() -%}
    {{ return({
        'airbyte_google_ads': {
            'platform': 'google_ads',
            'prefixes': ['google_ads_'],
            'report': {
                'tables': ['campaign'],
                'day': ['segments_date'],
                'micros': ['metrics_cost_micros'],
                'campaign': ['campaign_id', 'campaign_resource_name'],
                'account': ['customer_id', 'campaign_resource_name'],
            },
            'accounts': {'tables': ['customer']},
        },
        'airbyte_facebook_marketing': {
            'platform': 'meta_ads',
            'prefixes': ['facebook_marketing_', 'facebook_'],
            'report': {'tables': ['ads_insights'], 'day': ['date_start'], 'amount': ['spend']},
            'campaigns': {'tables': ['campaigns']},
            'accounts': {'tables': ['ad_account']},
        },
        'airbyte_linkedin_ads': {
            'platform': 'linkedin_ads',
            'prefixes': ['linkedin_ads_', 'linkedin_'],
            'report': {
                'tables': ['ad_campaign_analytics'],
                'day': ['start_date'],
                'amount': ['cost_in_local_currency'],
                'usd': ['cost_in_usd'],
                'campaign': ['string_of_pivot_values', 'pivot_values', 'pivot_value'],
            },
            'campaigns': {'tables': ['campaigns']},
            'accounts': {'tables': ['accounts']},
        },
    }) }}
{%- endmacro %}
