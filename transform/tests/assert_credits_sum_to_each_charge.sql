-- Attributed and unattributed credit of a charge is its net revenue, to the minor unit, by every
-- attribution model: nothing is lost, nothing counted twice.
with models as (

    {% for model in var('attribution_models') -%}
    select '{{ model }}' as attribution_model
    {%- if not loop.last %}
    union all
    {% endif -%}
    {% endfor %}

),

expected as (

    select
        revenue.charge_id,
        models.attribution_model,
        revenue.net_minor,
        revenue.net_reporting_minor
    from {{ ref('fct_revenue') }} as revenue
    cross join models

),

credited as (

    select
        charge_id,
        attribution_model,
        sum(credit_minor) as credit_minor,
        sum(credit_reporting_minor) as credit_reporting_minor,
        sum(credit_micros) as credit_micros
    from {{ ref('fct_attribution') }}
    group by charge_id, attribution_model

)

select
    coalesce(expected.charge_id, credited.charge_id) as charge_id,
    coalesce(expected.attribution_model, credited.attribution_model) as attribution_model,
    expected.net_minor,
    credited.credit_minor
from expected
full outer join credited
    on
        expected.charge_id = credited.charge_id
        and expected.attribution_model = credited.attribution_model
where
    expected.net_minor is null
    or credited.credit_minor is null
    or expected.net_minor <> credited.credit_minor
    or coalesce(expected.net_reporting_minor, 0) <> coalesce(credited.credit_reporting_minor, 0)
    or credited.credit_micros <> 1000000
