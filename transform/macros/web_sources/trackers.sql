{#- Trackers, by the tables in which they keep what they saw. See `web_source_types` for what a preset says. -#}
{% macro tracker_types() -%}
    {%- set pages = {
        'id': ['id', 'message_id'],
        'visitor': ['anonymous_id'],
        'user': ['user_id'],
        'email': ['email', 'traits_email', 'context_traits_email'],
        'at': ['timestamp', 'original_timestamp', 'received_at', 'sent_at'],
        'url': ['url', 'context_page_url'],
        'query': ['search', 'context_page_search'],
        'referrer': ['referrer', 'context_page_referrer'],
        'utm_source': ['context_campaign_source'],
        'utm_medium': ['context_campaign_medium'],
        'utm_campaign': ['context_campaign_name', 'context_campaign_campaign'],
        'utm_term': ['context_campaign_term'],
        'utm_content': ['context_campaign_content'],
    } -%}
    {%- set segment = {
        'roles': {
            'pages': dict(pages, tables=['pages']),
            'identifies': dict(pages, tables=['identifies']),
        },
        'page_views': 'pages',
        'identities': ['identifies'],
    } -%}
    {#- Its visitor is the device, as the id in `distinct_id` becomes another one in the middle of a visit.
        What posthog-js remembers of a first page (`utm_source`, `$initial_...`) stands on later events, too:
        the address of the page says what this one came with. -#}
    {%- set posthog = {
        'tables': ['events'],
        'id': ['uuid', 'id'],
        'kind': ['event'],
        'visitor': [['properties', '$device_id']],
        'user': ['distinct_id'],
        'alias': [['properties', '$anon_distinct_id'], ['properties', 'alias']],
        'email': [
            ['properties', '$set', 'email'], ['properties', '$set_once', 'email'],
            ['set', 'email'], ['people_set', 'email'],
            ['set_once', 'email'], ['people_set_once', 'email'], ['person_properties', 'email'],
        ],
        'at': ['timestamp'],
        'url': [['properties', '$current_url']],
        'referrer': [['properties', '$referrer']],
    } -%}
    {{ return({
        'segment': segment,
        'rudderstack': segment,
        'umami': {
            'roles': {
                'events': {
                    'tables': ['website_event'],
                    'id': ['event_id'],
                    'kind': ['event_type'],
                    'visitor': ['session_id'],
                    'at': ['created_at'],
                    'host': ['hostname'],
                    'path': ['url_path'],
                    'query': ['url_query'],
                    'referrer_host': ['referrer_domain'],
                    'referrer_path': ['referrer_path'],
                    'referrer_query': ['referrer_query'],
                },
                'sessions': {
                    'tables': ['session'],
                    'id': ['session_id'],
                    'visitor': ['session_id'],
                    'user': ['distinct_id'],
                    'at': ['created_at'],
                },
                'session_data': {
                    'tables': ['session_data'],
                    'id': ['session_data_id', 'id'],
                    'visitor': ['session_id'],
                    'user': ['distinct_id'],
                    'key': ['data_key', 'session_key'],
                    'key_values': ['email', 'e-mail', 'mail'],
                    'email': ['string_value'],
                    'at': ['created_at'],
                },
            },
            'page_views': 'events',
            'kinds': ['1'],
            'identities': ['sessions', 'session_data'],
        },
        'posthog': {
            'roles': {'events': posthog},
            'page_views': 'events',
            'kinds': ['$pageview'],
            'identities': ['events'],
        },
        'snowplow': {
            'roles': {
                'events': {
                    'tables': ['events', 'snowplow_unified_views'],
                    'id': ['event_id'],
                    'kind': ['event_name', 'event'],
                    'visitor': ['domain_userid', 'network_userid'],
                    'user': ['user_id'],
                    'at': ['derived_tstamp', 'collector_tstamp', 'start_tstamp'],
                    'url': ['page_url'],
                    'host': ['page_urlhost'],
                    'path': ['page_urlpath'],
                    'query': ['page_urlquery'],
                    'referrer': ['page_referrer'],
                    'referrer_host': ['refr_urlhost'],
                    'referrer_path': ['refr_urlpath'],
                    'referrer_query': ['refr_urlquery'],
                    'utm_source': ['mkt_source'],
                    'utm_medium': ['mkt_medium'],
                    'utm_campaign': ['mkt_campaign'],
                    'utm_term': ['mkt_term'],
                    'utm_content': ['mkt_content'],
                    'click_id': ['mkt_clickid'],
                    'click_network': ['mkt_network'],
                },
            },
            'page_views': 'events',
            'kinds': ['page_view', 'pv'],
            'identities': ['events'],
        },
    }) }}
{%- endmacro %}
