{{ cohort_economics(
    dimensions=['first_channel'],
    spend_dimensions=['channel'],
    customers=ref('dim_customers'),
    revenue=ref('fct_revenue'),
    spend=ref('int_spend__channels'),
    as_of_date=as_of_date(ref('fct_revenue'), 'revenue_date')
) }}
