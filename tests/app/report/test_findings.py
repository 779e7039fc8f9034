"""Words from numbers: whatever the numbers are, the words claim no more than these allow."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_apex.report import facts
from stripe_apex.report.advice import Confidence, advise, is_brand
from stripe_apex.report.economics import Economics
from stripe_apex.report.formats import Formats
from stripe_apex.report.headline import headline as headline_of
from stripe_apex.report.judgement import Verdict, verdict, worst_case
from stripe_apex.report.titles import Titles

FORMATS = Formats()
in_words = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MODELS = ("first_touch", "last_touch", "linear")
SCOPE = facts.Scope(
    start=date(2026, 1, 1),
    end=date(2026, 7, 1),
    as_of=date(2026, 6, 30),
    attribution_model="linear",
    attribution_models=MODELS,
    currency="usd",
    reporting_currency="usd",
    converted=True,
)
minor = st.integers(-(10**7), 10**10)


def line(channel, platform=None, campaign=None, *, spend, roas, models=(1, 1), payers=400):
    """A line whose models lie between the given multiples of its revenue, with little chance."""
    revenue = int(spend * roas)
    by_model = {m: int(revenue * times) for m, times in zip(MODELS, models, strict=False)}
    return Economics(
        channel=channel,
        platform=platform,
        campaign=campaign,
        payers=payers,
        customers=Decimal(payers),
        new_customers=Decimal(payers),
        revenue_minor=revenue,
        basis_minor=revenue,
        error_minor=revenue // 20,
        spend_minor=spend,
        revenue_by_model=by_model | {"linear": revenue},
    )


def report_of(channels, platforms=(), campaigns=()):
    net = sum(each.revenue_minor for each in channels)
    return facts.Report(
        scope=SCOPE,
        coverage=facts.Coverage(
            1,
            datetime(2026, 1, 1, tzinfo=UTC),
            None,
            None,
            date(2026, 1, 1),
            date(2026, 6, 30),
            1,
            {},
        ),
        totals=(facts.Total("usd", 1, net, 0, net, 0, 0, net, net, 1, 0, 0, 0),)
        if channels
        else (),
        left_out=(),
        key_figures=(),
        months=(),
        credits=tuple(
            facts.Credit(each.channel, model, revenue)
            for each in channels
            for model, revenue in each.revenue_by_model.items()
        ),
        channels=tuple(channels),
        platforms=tuple(platforms),
        campaigns=tuple(campaigns),
        cohorts=(),
        experiments=(),
        unmatched=(),
        checks=(),
        net_minor=net,
        unattributed_minor=sum(
            each.revenue_minor for each in channels if each.channel == facts.UNATTRIBUTED
        ),
        on_leads_alone_minor=0,
        too_old_minor=0,
    )


@st.composite
def lines(draw):
    revenue = draw(minor)
    return Economics(
        channel=draw(
            st.sampled_from(["email", "paid_search", "paid_social", "a<b", "unattributed"])
        ),
        payers=draw(st.integers(0, 500)),
        customers=Decimal(draw(st.integers(0, 500))),
        new_customers=Decimal(draw(st.integers(0, 500))),
        revenue_minor=revenue,
        basis_minor=revenue,
        error_minor=draw(st.integers(0, 10**9)),
        spend_minor=draw(st.one_of(st.just(0), st.integers(1, 10**9))),
        revenue_by_model={model: draw(minor) for model in MODELS[:2]} | {"linear": revenue},
    )


@st.composite
def reports(draw):
    channels = draw(st.lists(lines(), unique_by=lambda line: line.channel, max_size=5))
    return report_of(channels)


@in_words
@given(reports())
def test_more_spend_is_advised_only_where_interval_and_all_models_are_above_one(report):
    headline = headline_of(report, FORMATS)
    proven = [
        line
        for line in report.channels
        if line.channel != facts.UNATTRIBUTED
        and line.spend_minor > 0
        and line.payers >= 30
        and (line.revenue_minor - 1.959 * line.error_minor) / line.spend_minor > 1
        and min(line.revenue_by_model.values()) / line.spend_minor > 1
    ]
    if headline.title.startswith("Spend more"):
        assert proven
    if headline.confidence is Confidence.HIGH:
        best = advise(report).winners[0]
        assert best.payers >= 100
        assert worst_case(best) > 1


def test_a_platform_that_loses_is_no_reason_to_spend_more_on_its_channel():
    report = report_of(
        [line("paid_social", spend=1_000_000, roas=1.41)],
        [
            line("paid_social", "meta_ads", spend=885_000, roas=0.85),
            line("paid_social", "linkedin_ads", spend=115_000, roas=5.73),
        ],
        [
            line("paid_social", "meta_ads", "prospecting", spend=885_000, roas=0.85),
            line("paid_social", "linkedin_ads", "abm", spend=115_000, roas=5.73),
        ],
    )
    headline = headline_of(report, FORMATS)
    assert headline.title == "Spend more on LinkedIn Ads: each $1 brought back $5.73."
    assert headline.lead.startswith(
        "That is 12% of the spend on paid social, which brought back $1.41 as a whole."
    )
    assert headline.lead.endswith("Meta Ads costs more than it brings: $0.85 for each $1.")
    assert Titles(report, FORMATS).economics() == (
        "LinkedIn Ads earns back its spend, Meta Ads does not"
    )


BRAND = line("paid_search", "google_ads", "Brand - Search", spend=400_000, roas=4.27)


def search(rest):
    """Paid search with a brand campaign, which carries it, and another."""
    other = line("paid_search", "google_ads", "generic", spend=600_000, roas=rest)
    whole = line("paid_search", spend=1_000_000, roas=(4.27 * 4 + rest * 6) / 10, payers=800)
    platform = Economics(**{**asdict(whole), "platform": "google_ads"})
    return report_of([whole], [platform], [BRAND, other])


def test_searches_for_the_own_name_are_no_reason_to_spend_more():
    headline = headline_of(search(1.04), FORMATS)
    assert headline.title == (
        "Only searches for your own name earn back what they cost: each $1 brought back $4.27."
    )
    assert "The rest of paid search brought back $1.04, and chance could explain" in headline.lead
    assert headline.confidence is Confidence.LOW


def test_chance_is_not_blamed_where_the_attribution_models_disagree():
    """The interval of 0.69 ends below 1, but one model credits twice as much."""
    other = line("paid_search", "google_ads", "generic", spend=600_000, roas=0.69, models=(2, 1))
    report = search(0.69)
    whole = Economics(
        **asdict(report.channels[0])
        | {
            "error_minor": 20_000,
            "revenue_by_model": {
                model: BRAND.revenue_by_model[model] + other.revenue_by_model[model]
                for model in MODELS
            },
        }
    )
    platform = Economics(**asdict(whole) | {"platform": "google_ads"})
    lead = headline_of(report_of([whole], [platform], [BRAND, other]), FORMATS).lead
    assert "brought back $0.69, but one attribution model puts it above $1." in lead
    assert "chance" not in lead


def test_reasons_say_whose_they_are_where_the_title_is_about_the_brand():
    said = {reason.name: reason.text for reason in headline_of(search(1.04), FORMATS).reasons}
    assert said["Chance"].startswith("The rest of paid search: $")
    assert said["Attribution"].startswith(("The rest of paid search: ", "No payment here"))


def test_models_disagree_whether_a_return_is_more_than_what_was_spent():
    one = line("paid_social", spend=600_000, roas=0.9, models=(2, 0.5))
    said = {reason.name: reason.text for reason in headline_of(report_of([one]), FORMATS).reasons}
    assert said["Attribution"] == (
        "Paid social: from $0.45 (last touch) to $1.80 (first touch); the 3 models disagree "
        "whether it is more than $1."
    )


def test_a_raised_budget_is_spoken_of_only_where_more_spend_is_advised():
    for rest, is_advised in ((1.04, False), (1.5, True)):
        reasons = headline_of(search(rest), FORMATS).reasons
        assert any("Raise the budget" in reason.text for reason in reasons) is is_advised


def test_what_pays_without_them_is_named_with_its_own_return():
    headline = headline_of(search(1.5), FORMATS)
    assert headline.title == "Spend more on paid search: each $1 brought back $1.50."
    assert headline.lead.startswith("Searches for your own name are set apart: they brought back")


@pytest.mark.parametrize(
    ("campaign", "brand"),
    [
        ("Brand - Search", True),
        ("brand_search", True),
        ("DE | Branded | Exact", True),
        ("non-brand", False),
        ("Nonbrand generic", False),
        ("Brand awareness 2026", False),
        ("generic", False),
    ],
)
def test_brand_campaigns_are_known_by_name(campaign, brand):
    assert is_brand(line("paid_search", "google_ads", campaign, spend=1, roas=1)) is brand
    assert not is_brand(line("paid_social", "meta_ads", campaign, spend=1, roas=1))


def test_one_campaign_that_carries_its_channel_is_the_finding():
    parts = [
        line("paid_video", "youtube", "launch", spend=100_000, roas=8.0),
        line("paid_video", "youtube", "evergreen", spend=900_000, roas=0.99),
    ]
    whole = line("paid_video", spend=1_000_000, roas=1.691)
    headline = headline_of(report_of([whole], [], parts), FORMATS)
    assert headline.title.startswith("Spend more on the campaign launch (youtube): each $1")


def test_the_best_of_many_campaigns_needs_more_proof():
    one = Economics(
        channel="paid_social",
        payers=100,
        revenue_minor=1_250,
        basis_minor=1_250,
        error_minor=120,
        spend_minor=1_000,
    )
    assert verdict(one) is Verdict.PAYS
    assert verdict(one, among=20) is Verdict.UNCLEAR


def test_a_part_does_not_lose_while_revenue_that_no_part_has_could_make_up_for_it():
    parts = [
        line("paid_social", "meta_ads", "a", spend=500_000, roas=0.5),
        line("paid_social", "meta_ads", "b", spend=500_000, roas=2.0),
    ]
    whole = line("paid_social", spend=1_000_000, roas=1.8)
    assert not advise(report_of([whole], [], parts)).losers
    assert advise(report_of([line("paid_social", spend=1_000_000, roas=1.25)], [], parts)).losers


def test_models_that_cannot_differ_do_not_agree():
    reasons = headline_of(report_of([line("email", spend=1_000, roas=3)]), FORMATS).reasons
    (said,) = [reason.text for reason in reasons if reason.name == "Attribution"]
    assert said == (
        "No payment here has touches of several channels, so the attribution models cannot differ."
    )


@st.composite
def split_channels(draw):
    """A channel whose platforms and campaigns add up to it."""
    campaigns = [
        line(
            "paid_search",
            draw(st.sampled_from(["google_ads", "microsoft_ads"])),
            f"{draw(st.sampled_from(['brand', 'generic', 'shoes']))} {number}",
            spend=draw(st.integers(1_000, 1_000_000)),
            roas=draw(st.floats(0, 8)),
            models=draw(st.tuples(st.floats(0.5, 2), st.floats(0.5, 2))),
            payers=draw(st.integers(0, 500)),
        )
        for number in range(draw(st.integers(1, 6)))
    ]
    platforms = [
        added("paid_search", name, [each for each in campaigns if each.platform == name])
        for name in sorted({each.platform for each in campaigns})
    ]
    return report_of([added("paid_search", None, campaigns)], platforms, campaigns)


def added(channel, platform, parts):
    return Economics(
        channel=channel,
        platform=platform,
        payers=sum(each.payers for each in parts),
        revenue_minor=sum(each.revenue_minor for each in parts),
        basis_minor=sum(each.revenue_minor for each in parts),
        error_minor=int(sum(each.error_minor**2 for each in parts) ** 0.5),
        spend_minor=sum(each.spend_minor for each in parts),
        revenue_by_model={
            model: sum(each.revenue_by_model[model] for each in parts) for model in MODELS
        },
    )


@in_words
@given(split_channels())
def test_no_larger_part_contradicts_an_advice(report):
    advice = advise(report)
    for said, above in ((advice.winners, True), (advice.losers, False)):
        for whole in said:
            parts = [
                each
                for each in report.campaigns
                if whole.platform in {None, each.platform}
                and whole.campaign in {None, each.campaign}
                and not is_brand(each)
            ]
            assert parts, "brand campaigns are never advised"
            for part in parts:
                if part.spend_minor * 10 >= whole.spend_minor:
                    assert part.roas >= 1 if above else part.roas <= 1


@in_words
@given(reports())
def test_every_title_can_be_said_and_every_reason_has_words(report):
    titles = Titles(report, FORMATS)
    names = ("revenue", "months", "models", "economics", "cohorts", "experiments", "unmatched")
    said = [getattr(titles, name)() for name in (*names, "checks")]
    headline = headline_of(report, FORMATS)
    said += [headline.title, *(reason.text for reason in headline.reasons)]
    for text in said:
        assert text
        assert text[0] == text[0].upper()
        assert "None" not in text
        assert "nan" not in text


@in_words
@given(lines(), st.integers(2, 1000))
def test_a_verdict_does_not_depend_on_the_unit_of_money(line, factor):
    scaled = Economics(
        channel=line.channel,
        payers=line.payers,
        revenue_minor=line.revenue_minor * factor,
        basis_minor=line.basis_minor * factor,
        error_minor=line.error_minor * factor,
        spend_minor=line.spend_minor * factor,
        revenue_by_model={m: r * factor for m, r in line.revenue_by_model.items()},
    )
    near = line.roas_interval and any(
        abs(end - 1) < Decimal("0.00001") for end in line.roas_interval
    )
    assert near or verdict(scaled) == verdict(line)


@in_words
@given(lines())
def test_what_a_channel_never_cost_has_no_return(line):
    assert (verdict(line) is Verdict.NO_SPEND) == (line.spend_minor == 0) == (line.roas is None)
