-- The facts are the charges that the tap loaded, each once, with their money untouched.
{%- set refunded = refunded_minor(
    source_column('stripe', 'charges', 'refunded_amount'), 'amount_refunded', 'amount_captured'
) %}
with versions as (

    select
        *,
        row_number() over (
            partition by id order by updated_at desc{{ arrival_order() }}
        ) as version_rank
    from {{ stripe_source('charges') }} as charges

),

raw_charges as (

    select
        lower(currency) as currency,
        count(*) as charges,
        sum(amount_captured) as gross_minor,
        sum(amount_captured - {{ refunded }}) as net_minor
    from versions
    where version_rank = 1 and _sdc_deleted_at is null
    group by lower(currency)

),

facts as (

    select
        currency,
        count(*) as charges,
        sum(gross_minor) as gross_minor,
        sum(net_minor) as net_minor
    from {{ ref('int_charges__priced') }}
    group by currency

)

select
    coalesce(raw_charges.currency, facts.currency) as currency,
    raw_charges.net_minor as raw_net_minor,
    facts.net_minor as fact_net_minor
from raw_charges
full outer join facts
    on raw_charges.currency = facts.currency
where
    raw_charges.currency is null
    or facts.currency is null
    or raw_charges.charges <> facts.charges
    or raw_charges.gross_minor <> facts.gross_minor
    or raw_charges.net_minor <> facts.net_minor
