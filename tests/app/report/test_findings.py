"""Words from numbers: whatever the numbers are, the words claim no more than these allow."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_apex.report import facts
from stripe_apex.report.findings import Findings
from stripe_apex.report.formats import Formats
from stripe_apex.report.judgement import Confidence, Verdict, advise, verdict, worst_case
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


@st.composite
def lines(draw):
    revenue = draw(minor)
    return facts.Economics(
        channel=draw(
            st.sampled_from(["email", "paid_search", "paid_social", "a<b", "unattributed"])
        ),
        payers=draw(st.integers(0, 500)),
        customers=Decimal(draw(st.integers(0, 500))),
        new_customers=Decimal(draw(st.integers(0, 500))),
        revenue_minor=revenue,
        error_minor=draw(st.integers(0, 10**9)),
        spend_minor=draw(st.one_of(st.just(0), st.integers(1, 10**9))),
        revenue_by_model={model: draw(minor) for model in MODELS[:2]} | {"linear": revenue},
    )


@st.composite
def reports(draw):
    channels = draw(st.lists(lines(), unique_by=lambda line: line.channel, max_size=5))
    net = sum(line.revenue_minor for line in channels)
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
        totals=(facts.Total("usd", 1, net, 0, net, 0, 0, net, net, 1, 0),) if channels else (),
        months=(),
        credits=tuple(
            facts.Credit(line.channel, model, revenue)
            for line in channels
            for model, revenue in line.revenue_by_model.items()
        ),
        channels=tuple(channels),
        platforms=(),
        campaigns=(),
        cohorts=(),
        experiments=(),
        unmatched=(),
        checks=(),
        net_minor=net,
        unattributed_minor=sum(
            line.revenue_minor for line in channels if line.channel == facts.UNATTRIBUTED
        ),
        on_leads_alone_minor=0,
        too_old_minor=0,
    )


@in_words
@given(reports())
def test_more_spend_is_advised_only_where_interval_and_all_models_are_above_one(report):
    headline = Findings(report, FORMATS).headline()
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


@in_words
@given(reports())
def test_every_title_can_be_said_and_every_reason_has_words(report):
    titles, findings = Titles(report, FORMATS), Findings(report, FORMATS)
    names = ("revenue", "months", "models", "economics", "cohorts", "experiments", "unmatched")
    said = [getattr(titles, name)() for name in (*names, "checks")]
    headline = findings.headline()
    said += [headline.title, *(reason.text for reason in headline.reasons)]
    for text in said:
        assert text
        assert text[0] == text[0].upper()
        assert "None" not in text
        assert "nan" not in text


@in_words
@given(lines(), st.integers(2, 1000))
def test_a_verdict_does_not_depend_on_the_unit_of_money(line, factor):
    scaled = facts.Economics(
        channel=line.channel,
        payers=line.payers,
        revenue_minor=line.revenue_minor * factor,
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
