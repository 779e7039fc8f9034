{{ unit_economics_by_period(['channel', 'campaign', 'attribution_model']) }}
