{{ unit_economics_by_period(
    ['channel', 'attribution_model'],
    daily=ref('int_channels__daily'),
    as_of_date=as_of_date(ref('fct_revenue'), 'revenue_date')
) }}
