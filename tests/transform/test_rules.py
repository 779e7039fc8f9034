"""The rules of the models, one claim at a time, and what a hostile reviewer would try."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import duckdb
import pytest

from tests.transform.comparison import agreed
from tests.transform.warehouse import dbt, query
from tests.transform.worlds import (
    ANN,
    NOON,
    Charge,
    Experiment,
    Exposure,
    Lead,
    Platform,
    Rate,
    Rule,
    Spend,
    Touchpoint,
    World,
    build_warehouse,
    days,
)


def test_several_leads_on_one_email_do_not_multiply_revenue(default_project, default_settings):
    world = World(
        charges=[ANN, replace(ANN, id="ch_2", created=NOON + days(3))],
        leads=[
            Lead(
                lead_id=f"l{n}", email="Ann@example.com", visitor_id=f"v{n}",
                created_at=NOON - days(n),
            )
            for n in range(1, 6)
        ],
        touchpoints=[
            Touchpoint(touchpoint_id=f"t{n}", visitor_id=f"v{n}", occurred_at=NOON - days(n))
            for n in range(1, 6)
        ],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert results.rows("select count(*), sum(net_minor), min(lead_id) from marts.fct_revenue") == [
        (2, 20_000, "l5")
    ]
    assert results.rows(
        "select distinct sum(credit_minor) from marts.fct_attribution group by attribution_model"
    ) == [(20_000,)]


def test_a_chain_of_devices_and_customers_is_one_person(default_project, default_settings):
    """a@ and d@ never met on one device; b@ and c@ link them."""
    world = World(
        charges=[
            Charge(id="ch_1", customer_email="a@example.com", customer_id="cus_1"),
            Charge(id="ch_2", customer_email="b@example.com", customer_id="cus_1"),
            Charge(id="ch_3", customer_email="d@example.com"),
        ],
        leads=[
            Lead(lead_id="l1", email="b@example.com", visitor_id="v1", created_at=NOON - days(9)),
            Lead(lead_id="l2", email="c@example.com", visitor_id="v1", created_at=NOON - days(8)),
            Lead(lead_id="l3", email="c@example.com", visitor_id="v2", created_at=NOON - days(7)),
            Lead(lead_id="l4", email="d@example.com", visitor_id="v2", created_at=NOON - days(6)),
        ],
    )
    results = agreed(default_project, default_settings, world)
    assert results.rows("select orders, ltv_minor from marts.dim_customers") == [(3, 30_000)]


def test_a_duplicated_row_of_a_source_counts_once(default_project, default_settings):
    lead = Lead(lead_id="l1", email="ann@example.com", visitor_id="v1", created_at=NOON - days(2))
    touch = Touchpoint(touchpoint_id="t1", visitor_id="v1", occurred_at=NOON - days(1))
    world = World(charges=[ANN], leads=[lead, lead], touchpoints=[touch, touch, touch])
    results = default_project.run(world)
    assert results.failures() == []
    assert results.rows(
        "select count(*), sum(credit_minor) from marts.fct_attribution"
        " where attribution_model = 'linear'"
    ) == [(1, 10_000)]


def test_an_empty_id_is_no_id(default_project, default_settings):
    """As CSV and JSON write a missing one: it links nobody."""
    world = World(
        charges=[
            replace(ANN, customer_id=""),
            Charge(id="ch_bob", customer_email="bob@example.com", customer_id=""),
            Charge(id="ch_nobody", customer_id=""),
        ],
        leads=[
            Lead(
                lead_id=name, email=f"{name}@example.com", visitor_id="",
                created_at=NOON - days(1),
            )
            for name in ("ann", "bob")
        ],
        touchpoints=[
            Touchpoint(touchpoint_id="t1", visitor_id="", occurred_at=NOON - days(1)),
            Touchpoint(touchpoint_id="t2", visitor_id="", email="bob@example.com"),
        ],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert results.rows("select charge_id, lead_id from marts.fct_revenue order by charge_id") == [
        ("ch_ann", "ann"), ("ch_bob", "bob"), ("ch_nobody", None),
    ]  # fmt: skip
    assert results.rows("select count(*) from marts.dim_customers") == [(3,)]


def test_an_exposure_without_a_visitor_counts_for_nobody(default_project, default_settings):
    """As a tracker writes one whose cookie was refused."""
    exposures = [
        Exposure(experiment_id="e", variant=variant, visitor_id=visitor)
        for variant, visitor in [("control", "v1"), ("control", ""), ("variant_b", None)]
    ]
    world = World(
        charges=[ANN], experiments=[Experiment(experiment_id="e")], experiment_exposures=exposures
    )
    results = agreed(default_project, default_settings, world)
    assert results.rows("select variant, visitors from marts.mart_experiments") == [("control", 1)]


def test_an_experiment_whose_cost_has_no_rate_is_told(default_project):
    experiment = Experiment(experiment_id="e", cost=Decimal(50), cost_currency="eur")
    results = default_project.run(World(experiments=[experiment]))
    assert results.failures() == ["assert_no_rate_is_missing"]
    priced = replace(experiment, cost_currency="usd")
    assert default_project.run(World(experiments=[priced])).failures() == []


def test_instants_without_a_time_zone_are_of_utc(default_project, tmp_path):
    """Wherever the machine stands."""
    world = World(
        charges=[ANN],
        leads=[Lead(lead_id="l1", email="ann@example.com", visitor_id="v", created_at=NOON)],
        touchpoints=[
            Touchpoint(
                touchpoint_id="t1", visitor_id="v", occurred_at=NOON - timedelta(hours=2),
                utm_medium="cpc",
            )
        ],
    )  # fmt: skip
    folder = shutil.copytree(default_project.folder, tmp_path / "project")
    build_warehouse(folder / "warehouse.duckdb", world)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("set timezone = 'UTC'")
        warehouse.execute("alter table apex.touchpoints alter occurred_at type timestamp")
        warehouse.execute("alter table apex.leads alter created_at type timestamp")
    dbt(folder, "run", "--select", "+fct_attribution", TZ="America/New_York")
    assert query(
        folder / "warehouse.duckdb",
        "select distinct channel, match_status from marts.fct_attribution"
        " inner join marts.fct_revenue using (charge_id)",
    ) == [("paid_search", "direct")]


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(World(), id="nothing at all"),
        pytest.param(
            World(
                leads=[Lead(lead_id="l1", email="ann@example.com", utm_source="google")],
                ad_spend=[Spend(spend_date=NOON.date())],
            ),
            id="no charges",
        ),
        pytest.param(World(charges=[ANN], ad_spend=[Spend(spend_date=NOON.date())]), id="no leads"),
        pytest.param(
            World(charges=[ANN], leads=[Lead(lead_id="l1", email="ann@example.com")]),
            id="no spend",
        ),
    ],
)
def test_what_is_not_there_is_empty_and_no_error(default_project, default_settings, world):
    results = agreed(default_project, default_settings, world)
    assert results.rows("select count(*) from marts.fct_revenue") == [(len(world.charges),)]
    assert results.rows("select count(roas) from marts.mart_channels where spend_minor = 0") == [
        (0,)
    ]


def test_a_missing_rate_fails_a_test_instead_of_passing_an_amount_through(default_project):
    charge = replace(ANN, currency="eur")
    assert default_project.run(World(charges=[charge])).failures() == ["assert_no_rate_is_missing"]
    rate = Rate(rate_date=NOON.date(), from_currency="eur", to_currency="usd", rate=Decimal("1.25"))
    results = default_project.run(World(charges=[charge], fx_rates=[rate]))
    assert results.failures() == []
    assert results.rows("select net_reporting_minor, reporting_method from marts.fct_revenue") == [
        (12_500, "fx_rate")
    ]


def test_a_shared_mailbox_is_credited_to_one_touch_and_says_so(default_project, default_settings):
    touches = [
        Touchpoint(
            touchpoint_id=f"t{n:04}", visitor_id="kiosk", email="office@example.com",
            occurred_at=NOON - timedelta(minutes=30 * (501 - n)),
        )
        for n in range(501)
    ]  # fmt: skip
    charges = [
        Charge(id=f"ch_{n}", customer_email="office@example.com", created=NOON - timedelta(hours=n))
        for n in range(3)
    ]
    world = World(charges=charges, touchpoints=touches)
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select distinct attribution_model, count(*), min(reason) from marts.fct_attribution"
        " where attribution_model = 'linear' group by attribution_model"
    ) == [("linear", 3, "shared_mailbox")]
    assert results.rows(
        "select distinct reason, remedy like '%personal%' from marts.mart_unmatched"
    ) == [("shared_mailbox", True)]


def test_each_unmatched_charge_says_why_and_what_would_fix_it(default_project):
    world = World(
        charges=[
            Charge(id="ch_1"),
            Charge(id="ch_2", customer_email="nobody@example.com"),
            Charge(id="ch_3", customer_email="late@example.com"),
        ],
        leads=[Lead(lead_id="l1", email="late@example.com", created_at=NOON + days(1))],
    )
    rows = default_project.run(world).rows(
        "select charge_id, reason, remedy from marts.mart_unmatched order by charge_id"
    )
    assert [row[:2] for row in rows] == [
        ("ch_1", "no_email"),
        ("ch_2", "no_lead"),
        ("ch_3", "lead_after_charge"),
    ]
    assert "collect in checkout the email used in the forms" in rows[1][2]
    assert all(remedy for *_, remedy in rows)


def test_without_leads_the_remedy_is_leads_and_not_another_email(default_project):
    world = World(charges=[ANN], leads=[Lead(lead_id="l1", visitor_id="v1")], ad_spend=[])
    results = default_project.run(world)
    ((reason, remedy),) = results.rows("select reason, remedy from marts.mart_unmatched")
    assert reason == "no_lead"
    assert "No leads are there yet" in remedy
    assert "stripe-apex import" in remedy
    assert results.rows(
        "select input, row_count, first_date from marts.mart_inputs order by 1"
    ) == [
        ("ad_spend", 0, None),
        ("charges", 1, NOON.date()),
        ("experiment_exposures", 0, None),
        ("experiments", 0, None),
        ("fx_rates", 0, None),
        ("leads", 1, NOON.date()),
        ("touchpoints", 0, None),
    ]


def test_unit_economics_are_the_products_formulas(default_project, default_settings):
    """Two customers of 100.00 on a spend of 50.00; `test_ratios.py` has the payback."""
    world = World(
        charges=[
            replace(ANN, customer_created=NOON),
            Charge(id="ch_bob", customer_email="bob@example.com", customer_created=NOON),
        ],
        leads=[
            Lead(
                lead_id=name, email=f"{name}@example.com", channel="paid_search",
                created_at=NOON - days(1),
            )
            for name in ("ann", "bob")
        ],
        ad_spend=[Spend(spend_date=NOON.date(), spend=Decimal(50))],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select spend, leads, cpl, customers, new_customers, cac, ltv, roas"
        " from marts.mart_channel_periods"
        " where period = 'month' and channel = 'paid_search' and attribution_model = 'linear'"
    ) == [tuple(map(Decimal, ("50", "2", "25", "2", "2", "25", "100", "4")))]


@pytest.mark.parametrize(
    ("page", "referrer", "channel"),
    [
        ("https://shop.example/?gclid=EAIaIQobChMI", "https://www.google.com/", "paid_search"),
        ("https://shop.example/?utm_source=GOOGLE&utm_medium=CPC", None, "paid_search"),
        ("https://shop.example/?msclkid=7f3", "https://www.bing.com/", "paid_search"),
        ("https://shop.example/?fbclid=IwAR0", "https://l.facebook.com/", "paid_social"),
        ("https://shop.example/?li_fat_id=9a", "https://www.linkedin.com/", "paid_social"),
        ("https://shop.example/?utm_source=facebook&utm_medium=paid_social", None, "paid_social"),
        ("https://shop.example/?utm_source=IG&utm_medium=Social", None, "organic_social"),
        ("https://shop.example/?utm_source=newsletter&utm_medium=email", None, "email"),
        ("https://shop.example/?utm_source=Klaviyo", None, "email"),
        ("https://shop.example/?utm_medium=E-Mail&utm_campaign=Black+Friday", None, "email"),
        ("https://shop.example/?utm_source=partner&utm_medium=affiliate", None, "affiliate"),
        ("https://shop.example/?utm_source=dv360&utm_medium=display", None, "display"),
        ("https://shop.example/?utm_source=twilio&utm_medium=sms", None, "sms"),
        ("https://shop.example/?utm_source=youtube&utm_medium=cpv", None, "paid_video"),
        ("https://shop.example/", "https://www.google.co.uk/", "organic_search"),
        ("https://shop.example/", "https://duckduckgo.com/", "organic_search"),
        ("https://shop.example/", "android-app://com.google.android.gm/", "email"),
        ("https://shop.example/", "https://t.co/AbC", "organic_social"),
        ("https://shop.example/", "https://news.ycombinator.com/item?id=1", "organic_social"),
        ("https://shop.example/", "https://m.facebook.com/", "organic_social"),
        ("https://shop.example/", "https://blog.other.example/post", "referral"),
        ("https://shop.example/", "https://www.shop.example/pricing", "direct"),
        ("https://shop.example/", None, "direct"),
        ("https://shop.example/?utm_source=whatever&utm_medium=unheard-of", None, "other"),
        ("https://shop.example/?utm_source=mastodon&utm_medium=paid%20social", None, "paid_social"),
        ("https://shop.example/?notgclid=1", None, "direct"),
        ("https://shop.example/?gclid=&fbclid=#top", None, "direct"),
    ],
)  # fmt: skip
def test_a_visit_belongs_to_the_channel_that_a_marketer_expects(visits, page, referrer, channel):
    assert visits[page, referrer] == channel


def test_the_users_own_rules_and_platforms_come_before_ours(default_project, default_settings):
    """Without a copy of the project; what they do not mention stays as it is."""
    world = World(
        charges=[ANN],
        leads=[Lead(lead_id="l", email="ann@example.com", visitor_id="v")],
        touchpoints=[
            Touchpoint(touchpoint_id="own", visitor_id="v", utm_source="Acast", utm_medium="cpc"),
            Touchpoint(touchpoint_id="ours", visitor_id="v", utm_source="bing", utm_medium="cpc"),
        ],
        ad_spend=[
            Spend(spend_date=NOON.date(), platform="google_ads", utm_source="acast"),
            Spend(spend_date=NOON.date(), platform="Meta Ads", utm_source=None),
            Spend(spend_date=NOON.date(), platform="tiktok_ads", utm_source=None),
        ],
        channel_rules=[
            Rule(priority=2, channel="audio", utm_source="acast|spotify", utm_medium=""),
            Rule(priority=1, channel="Podcast", utm_source="acast"),
        ],
        ad_platforms=[Platform(platform="meta-ads", channel="Brand Social")],
    )
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select touchpoint_id, channel from marts.fct_attribution"
        " where attribution_model = 'linear' order by 1"
    ) == [("ours", "paid_search"), ("own", "podcast")]
    assert results.rows("select platform, channel from marts.mart_ad_spend order by 1") == [
        ("google_ads", "podcast"), ("meta_ads", "brand_social"), ("tiktok_ads", "paid_social"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def visits(request, default_project):
    """The channels of all pages and referrers of the table above, from one run."""
    cases = test_a_visit_belongs_to_the_channel_that_a_marketer_expects.pytestmark[0].args[1]
    touches = [
        Touchpoint(
            touchpoint_id=str(n),
            visitor_id=f"v{n}",
            email="ann@example.com",
            landing_page=page,
            referrer=referrer,
        )
        for n, (page, referrer, _) in enumerate(cases)
    ]
    results = default_project.run(World(charges=[ANN], touchpoints=touches))
    found = dict(
        results.rows(
            "select touchpoint_id, channel from marts.fct_attribution"
            " where attribution_model = 'linear'"
        )
    )
    return {(page, ref): found[str(n)] for n, (page, ref, _) in enumerate(cases)}
