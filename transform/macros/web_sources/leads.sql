{#- Where leads are kept without a website: CRMs and forms. See `web_source_types` for what a preset says. -#}
{% macro lead_types() -%}
    {{ return({
        'fivetran_hubspot': stripe_apex.hubspot_type('property', ['contact'], ['contact_merge_audit']),
        'airbyte_hubspot': stripe_apex.hubspot_type('properties', ['contacts'], ['contacts_merged_audit']),
        'fivetran_salesforce': {
            'prefixes': ['salesforce_', 'sf_'],
            'roles': {
                'leads': {
                    'tables': ['lead', 'leads'],
                    'id': ['id', 'lead_id'],
                    'email': ['email'],
                    'at': ['created_date'],
                    'channel': ['lead_source'],
                    'url': ['landing_page_c'],
                    'utm_source': ['utm_source_c'],
                    'utm_medium': ['utm_medium_c'],
                    'utm_campaign': ['utm_campaign_c'],
                    'gclid': ['gclid_c'],
                    'deleted': ['is_deleted'],
                },
            },
            'leads': 'leads',
        },
        'facebook_lead_ads': {
            'prefixes': ['facebook_'],
            'roles': {
                'leads': {
                    'tables': ['leads', 'lead'],
                    'id': ['id', 'lead_id', 'leadgen_id'],
                    'email': ['email', {'answers': 'field_data'}],
                    'at': ['created_time'],
                    'utm_source': ['platform'],
                    'utm_campaign': ['campaign_name', 'campaign_id'],
                    'organic': ['is_organic'],
                },
            },
            'leads': 'leads',
            'usual': {'utm_source': 'facebook', 'utm_medium': 'paid_social', 'organic_medium': 'social'},
        },
    }) }}
{%- endmacro %}


{#- Contacts with each property as a column of its own, or all of them in one of JSON. A contact that was
    merged into another one is no lead of its own: it stays in the table, or in the list of the other. -#}
{% macro hubspot_type(prefix, contacts, merges) -%}
    {%- set fields = {'tables': contacts, 'deleted': ['archived', 'is_deleted']} -%}
    {%- for field, properties in {
        'id': ['hs_object_id'],
        'email': ['email'],
        'at': ['createdate'],
        'channel': ['hs_analytics_source'],
        'url': ['hs_analytics_first_url'],
        'utm_source': ['utm_source'],
        'utm_medium': ['utm_medium'],
        'utm_campaign': ['utm_campaign'],
        'gclid': ['hs_google_click_id'],
        'fbclid': ['hs_facebook_click_id'],
        'merged': ['hs_calculated_merged_vids', 'hs_merged_object_ids'],
    }.items() -%}
        {%- set spellings = [] -%}
        {%- for property in properties -%}
            {%- do spellings.extend([prefix ~ '_' ~ property, [prefix, property]]) -%}
        {%- endfor -%}
        {%- do fields.update({field: spellings}) -%}
    {%- endfor -%}
    {%- do fields.update({'id': ['id', 'vid'] + fields['id'], 'at': fields['at'] + ['created_at']}) -%}
    {{ return({
        'prefixes': ['hubspot_'],
        'roles': {'contacts': fields, 'merges': {'tables': merges, 'id': ['vid_to_merge']}},
        'leads': 'contacts',
        'merges': 'merges',
    }) }}
{%- endmacro %}
