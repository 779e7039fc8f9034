{{ cohort_economics(
    dimensions=[],
    spend_dimensions=[],
    customers=ref('dim_customers'),
    revenue=ref('fct_revenue'),
    spend=ref('int_spend__channels'),
    as_of_date=as_of_date(ref('fct_revenue'), 'revenue_date')
) }}
