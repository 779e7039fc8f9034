"""Payments alone: by week, by method, by the customer's age, and by customer."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.queries.filters import amount, in_currencies, in_scope

AGES: Final = (0, 30, 60, 90, 180, 365)
"""The ages at which customers are compared, in days since the first payment."""

_UNREAD: Final = """
    count(case when gross_minor > 0 and fee_minor is null then 1 end) as charges_without_fee,
    count(case when disputed_minor is null then 1 end) as charges_with_unread_dispute
"""


def weeks(*, converted: bool) -> str:
    """Revenue by week, which begins on Monday, and who brought it.

    Disputes and fees are separate only in the charge's own currency: the marts convert the kept
    revenue, but not each of its parts.
    """
    gross, net, kept = (amount(kind, converted=converted) for kind in ("gross", "net", "kept"))
    whole = "count(*) = count(disputed_minor)"
    apart = f"""
    case when {whole} then cast(sum(disputed_minor) as bigint) end as disputed_minor,
    cast(sum(coalesce(fee_minor, 0)) as bigint) as fee_minor,"""
    together = """
    cast(null as bigint) as disputed_minor,
    cast(null as bigint) as fee_minor,"""
    return f"""
select
    cast(date_trunc('week', revenue.revenue_date) as date) as week,
    count(*) as charges,
    cast(sum({gross}) as bigint) as gross_minor,
    cast(sum({net}) as bigint) as net_minor,
    cast(sum({kept}) as bigint) as kept_minor,{together if converted else apart}
    {_UNREAD},
    count(case when is_new then 1 end) as new_customers,
    count(case when is_new is null then 1 end) as maybe_new_customers,
    count(distinct case when is_conversion and not is_new then person_id end)
        as returning_customers,
    cast(sum(case when is_new then {net} else 0 end) as bigint) as new_revenue_minor,
    cast(sum(case when is_new is null then {net} else 0 end) as bigint)
        as maybe_new_revenue_minor
from marts.fct_revenue as revenue
where {in_scope("revenue")}
group by cast(date_trunc('week', revenue.revenue_date) as date)
order by week
"""


def methods(*, converted: bool) -> str:
    """Revenue by payment method."""
    gross, net = (amount(kind, converted=converted) for kind in ("gross", "net"))
    return f"""
select
    coalesce(payment_method_type, '(unknown)') as method,
    count(*) as charges,
    count(distinct person_id) as customers,
    count(case when is_disputed then 1 end) as disputed_charges,
    cast(sum({gross}) as bigint) as gross_minor,
    cast(sum({net}) as bigint) as net_minor
from marts.fct_revenue as revenue
where {in_scope("revenue")}
group by coalesce(payment_method_type, '(unknown)')
order by net_minor desc, method
"""


def ages(*, converted: bool) -> str:
    """The revenue of new customers of these days up to each of the ages.

    An age counts only the customers who have reached it on the day $4.
    """
    net = amount("net", converted=converted)
    days = " union all ".join(f"select {age} as age_days" for age in AGES)
    return f"""
with ages as ({days}),

firsts as (
    select revenue.person_id, revenue.revenue_date as first_date
    from marts.fct_revenue as revenue
    where revenue.is_new and {in_scope("revenue")}
),

people as (
    select
        ages.age_days,
        firsts.person_id,
        count(*) as payments,
        sum(paid.{net}) as net_minor
    from firsts
    cross join ages
    inner join marts.fct_revenue as paid
        on
            firsts.person_id = paid.person_id
            and paid.is_conversion
            and paid.revenue_date >= firsts.first_date
            and paid.revenue_date <= firsts.first_date + ages.age_days
            and {in_currencies("paid")}
    where firsts.first_date + ages.age_days <= cast($4 as date)
    group by ages.age_days, firsts.person_id
)

select
    age_days,
    count(*) as customers,
    count(case when payments > 1 then 1 end) as paid_again,
    cast(sum(net_minor) as bigint) as net_minor
from people
group by age_days
order by age_days
"""


def payers(*, converted: bool) -> str:
    """How many people paid, how many of them more than once, and the largest customers' revenue."""
    net = amount("net", converted=converted)
    return f"""
with people as (
    select person_id, count(*) as payments, sum({net}) as net_minor
    from marts.fct_revenue as revenue
    where is_conversion and {in_scope("revenue")}
    group by person_id
),

ranked as (
    select
        payments,
        net_minor,
        row_number() over (order by net_minor desc, person_id) as place,
        count(*) over () as people
    from people
)

select
    count(*) as customers,
    count(case when payments > 1 then 1 end) as repeat_customers,
    cast(coalesce(sum(net_minor), 0) as bigint) as net_minor,
    cast(coalesce(sum(case when place = 1 then net_minor end), 0) as bigint) as largest_minor,
    cast(coalesce(sum(case when place <= 10 then net_minor end), 0) as bigint) as top_ten_minor,
    cast(coalesce(sum(case when place * 10 <= people then net_minor end), 0) as bigint)
        as top_tenth_minor
from ranked
"""
