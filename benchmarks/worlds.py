"""Generated worlds for the benchmark of the models: N charges and 4 N page views, made by DuckDB.

Three of four page views are by a payer, and one is by a visitor who never pays. A payer has one or
two visits within 120 days before each charge. A visit has two page views on average; the later ones
follow the first within half an hour, mostly by an internal link, sometimes as a reload.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_LIMIT = "12GB"
THREADS = 2

CHARGES = """
create table raw_stripe.charges as
with facts as (
    select
        i,
        i * 7919 % (n // 2) as person,
        timestamptz '2024-07-01 00:00:00+00'
            + to_seconds(cast(hash(i) % 63000000 as bigint)) as paid_at,
        1000 + cast(hash(i * 3) % 90000 as bigint) as amount,
        ['usd', 'usd', 'usd', 'eur', 'jpy'][1 + cast(hash(i * 5) % 5 as int)] as currency
    from range($charges) as numbers (i), (select $charges as n)
)
select
    'ch_3' || left(md5(cast(i as varchar)), 23) as id,
    paid_at as created, paid_at as updated_at, amount, amount as amount_captured,
    case when i % 20 = 0 then amount // 3 else 0 end as amount_refunded,
    case when i % 20 = 0 then amount // 3 else 0 end as refunded_amount, currency,
    cast(null as decimal(38, 9)) as revenue, cast(null as decimal(38, 9)) as net_revenue,
    'succeeded' as status, true as captured, false as refunded, i % 300 = 0 as disputed,
    true as livemode,
    case when person % 3 = 0 then 'cus_' || person end as customer_id,
    case when i % 25 <> 0 then 'person.' || person || '@example.com' end as customer_email,
    'customer' as customer_email_source,
    case
        when person % 3 = 0
            then timestamptz '2024-03-01 00:00:00+00'
                + to_seconds(cast(hash(person * 3) % 10000000 as bigint))
    end as customer_created,
    cast(null as varchar) as receipt_email,
    cast(null as varchar) as billing_email, 'pi_3' || md5(cast(i as varchar)) as payment_intent_id,
    'card' as payment_method_type, cast(null as varchar) as description,
    cast('{}' as json) as metadata, cast(null as varchar) as statement_descriptor,
    cast(null as varchar) as balance_transaction_id, cast(null as bigint) as settled_amount,
    cast(null as varchar) as settled_currency, cast(null as decimal(38, 12)) as exchange_rate,
    cast(null as bigint) as fee, cast(null as bigint) as net,
    cast(null as timestamptz) as _sdc_deleted_at
from facts
"""

TOUCHPOINTS = """
create table apex.touchpoints as
with numbered as (
    select
        i,
        n,
        i // n as layer,
        -- The first page view of the visit that this one is of.
        case
            when i // n = 1 then i - n
            when i // n = 2 and i % 2 = 1 then i - 2 * n
            when i // n = 3 then i - i % n % 3
            else i
        end as page
    from range(4 * $charges) as numbers (i), (select $charges as n)
),

facts as (
    select
        *,
        page % n as charge,
        case when page <> i and hash(i * 13) % 8 > 0 then 5 else cast(hash(page * 11) % 8 as int) end
            as kind
    from numbered
)
select
    't_' || left(md5(cast(i as varchar)), 20) as touchpoint_id,
    case
        when layer < 3 then 'visitor-' || charge * 7919 % ($charges // 2)
        else 'stranger-' || charge // 3
    end as visitor_id,
    cast(null as varchar) as email,
    timestamptz '2024-07-01 00:00:00+00'
        + to_seconds(cast(hash(charge) % 63000000 as bigint))
        - to_seconds(cast(hash(page * 17) % 10368000 as bigint))
        + to_seconds(case when page <> i then 10 + cast(hash(i * 19) % 1200 as bigint) else 0 end)
        as occurred_at,
    'https://shop.example.com/page-' || page % 50
        || case
            when kind = 0
                then '?utm_source=bing&utm_medium=cpc&msclkid=' || left(md5(cast(page as varchar)), 12)
            else ''
        end as landing_page,
    case kind
        when 3 then 'https://www.google.com/'
        when 4 then 'https://blog-' || page % 200 || '.example.org/post'
        when 5 then 'https://shop.example.com/'
    end as referrer,
    case kind when 1 then 'Google' when 2 then 'facebook' when 6 then 'newsletter' end
        as utm_source,
    case kind when 1 then 'CPC' when 2 then 'paid_social' when 6 then 'email' end as utm_medium,
    case when kind in (1, 2, 6) then 'campaign-' || page % 40 end as utm_campaign,
    cast(null as varchar) as utm_term, cast(null as varchar) as utm_content,
    case when kind = 1 then left(md5(cast(page as varchar)), 16) end as gclid,
    cast(null as varchar) as fbclid, cast(null as varchar) as li_fat_id,
    cast(null as varchar) as msclkid
from facts
"""

LEADS = """
create table apex.leads as
select
    'l_' || person as lead_id, 'Person.' || person || '@example.com' as email,
    'visitor-' || person as visitor_id,
    timestamptz '2024-03-01 00:00:00+00'
        + to_seconds(cast(hash(person * 3) % 40000000 as bigint)) as created_at,
    cast(null as varchar) as channel, 'google' as utm_source, 'cpc' as utm_medium,
    'campaign-' || person % 40 as utm_campaign, cast(null as varchar) as landing_page
from range($charges // 2) as people (person)
where person % 10 <> 0
"""

SMALL = """
create table apex.fx_rates as
select
    cast(day as date) as rate_date, currency as from_currency, 'usd' as to_currency,
    cast(case currency when 'eur' then 1.08 else 0.0067 end as decimal(28, 12)) as rate
from range(date '2024-06-01', date '2027-01-01', interval 1 day) as days (day),
    (values ('eur'), ('jpy')) as currencies (currency);
create table apex.ad_spend as
select
    cast(day as date) as spend_date, platform, '1' as account_id,
    'campaign-' || campaign as campaign, source as utm_source, 'usd' as currency,
    cast(120.5 as decimal(18, 6)) as spend, 1000 as impressions, 50 as clicks,
    cast(3 as decimal(18, 6)) as conversions
from range(date '2024-07-01', date '2026-07-01', interval 1 day) as days (day),
    (values ('google_ads', 'google'), ('meta_ads', 'facebook')) as platforms (platform, source),
    range(40) as campaigns (campaign);
"""

SHARED_MAILBOX = """
update raw_stripe.charges
set customer_email = 'office@shared.example.com', customer_id = null
where id in (select id from raw_stripe.charges order by id limit 20000);
update apex.touchpoints
set visitor_id = 'kiosk', email = 'office@shared.example.com'
where touchpoint_id in (select touchpoint_id from apex.touchpoints order by touchpoint_id limit 50000);
"""


def generate(path: Path, charges: int, *, shared_mailbox: bool) -> None:
    """Write the raw tables of a world into a new DuckDB file."""
    with duckdb.connect(str(path)) as warehouse:
        warehouse.execute(f"set threads = {THREADS}; set memory_limit = '{MEMORY_LIMIT}'")
        warehouse.execute("create schema raw_stripe; create schema apex")
        for sql in (CHARGES, TOUCHPOINTS, LEADS):
            warehouse.execute(sql.replace("$charges", str(charges)))
        warehouse.execute(SMALL)
        if shared_mailbox:
            warehouse.execute(SHARED_MAILBOX)
