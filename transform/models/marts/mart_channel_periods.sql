{{ unit_economics_by_period(['channel', 'attribution_model']) }}
