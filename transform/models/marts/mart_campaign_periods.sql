{{ unit_economics_by_period(
    ['channel', 'campaign', 'attribution_model'],
    daily=ref('int_channels__daily'),
    charges=ref('fct_revenue')
) }}
