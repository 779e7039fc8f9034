"""The demo's story: the same for the same seed, consistent, and with a point to see."""

import hashlib
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from stripe_simulator.api import Api, Request
from stripe_simulator.funds import convert
from stripe_simulator.keys import DEFAULT_KEY, Keyring
from stripe_simulator.oauth import OAuth, StripeApp
from stripe_simulator.story.experiments import HERO_HEADLINE, PRICING_PAGE
from stripe_simulator.story.exposures import exposures
from stripe_simulator.story.history import Story
from stripe_simulator.story.journeys import visits
from stripe_simulator.story.payments import Fate
from stripe_simulator.story.span import GREAT_DAY, NOW, Rhythm, first_of_months, midnight
from stripe_simulator.story.spend import ad_spend

ROOT = Path(__file__).parents[2]
LOST = {Fate.DECLINED, Fate.FAILED, Fate.EXPIRED, Fate.REFUNDED, Fate.SETTLED_REVERSED}
FINGERPRINT = """
import hashlib, sys
from tests.simulator.test_story import fingerprint
from stripe_simulator.story.history import Story
print(fingerprint(Story(3, 200)))
"""


def pages(account, path):
    """Every byte that a list of the account's API gives."""
    keys = Keyring([DEFAULT_KEY])
    api = Api(account, keys, OAuth(account, keys, StripeApp()))
    cursor = ""
    while True:
        query = f"limit=100{cursor}"
        headers = {"authorization": f"Bearer {DEFAULT_KEY}"}
        body = api.answer(Request("GET", path, query, headers)).body
        yield body
        page = msgspec.json.decode(body)
        if not page["has_more"]:
            return
        cursor = f"&starting_after={page['data'][-1]['id']}"


def fingerprint(story):
    account = story.account()
    digest = hashlib.sha256()
    for name in ("charges", "customers", "refunds", "disputes", "balance_transactions", "events"):
        for page in pages(account, f"/v1/{name}"):
            digest.update(page)
    return digest.hexdigest()


@pytest.fixture(scope="module")
def story():
    return Story()


@pytest.fixture(scope="module")
def engagements(story):
    return list(story.engagements())


@pytest.fixture(scope="module")
def account(story):
    return story.account()


@pytest.fixture(scope="module")
def dollars(story):
    """What a planned charge brings, in cents of a dollar; nothing if it comes to nothing."""
    rates = story.rates()

    def worth(charge):
        if charge.at >= story.now or charge.fate in LOST:
            return 0
        currency = charge.payer.currency
        return convert(charge.amount, rates.on(currency, charge.at), currency, "usd")

    return worth


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    here = fingerprint(Story(3, 200))
    command = [sys.executable, "-c", FINGERPRINT]
    environment = {"PYTHONHASHSEED": "12345", "PYTHONPATH": "."}
    there = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert there.stdout.strip() == here


def test_another_seed_is_another_company():
    one, other = Story(1, 50).account(), Story(2, 50).account()
    assert not {c.id for c in one.charges} & {c.id for c in other.charges}
    assert one.ledger().totals != other.ledger().totals


@pytest.mark.parametrize("charges", [1, 10, 333])
def test_there_are_as_many_charges_as_were_asked_for(charges):
    assert len(Story(5, charges).account().charges) == charges


def test_its_clock_stands_at_the_end_and_more_is_bound_to_happen(story):
    account = Story(7, 2_000).account()
    assert account.now == NOW
    before, totals = len(account.charges), account.ledger().totals
    pending = [charge.id for charge in account.charges if charge.status == "pending"]
    account.advance(timedelta(days=10))
    assert len(account.charges) > before
    assert pending
    assert all(account.charges[charge].status != "pending" for charge in pending)
    assert account.ledger().totals != totals


def test_what_the_api_lists_adds_up_to_the_ledger(account):
    gross, net = Counter(), Counter()
    given_back = Counter()
    for refund in account.refunds:
        if refund.status not in {"failed", "canceled"} and not refund.releases:
            given_back[refund.charge] += refund.amount
    for page in pages(account, "/v1/charges"):
        for charge in msgspec.json.decode(page)["data"]:
            if charge["status"] == "succeeded":
                gross[charge["currency"]] += charge["amount_captured"]
                net[charge["currency"]] += charge["amount_captured"] - given_back[charge["id"]]
    totals = account.ledger().totals
    assert {currency: total.gross for currency, total in totals.items()} == gross
    assert {currency: total.net for currency, total in totals.items()} == net


def test_what_stripe_calls_refunded_is_in_refunds(account):
    refunds = defaultdict(int)
    for refund in account.refunds:
        if refund.status not in {"failed", "canceled"}:
            refunds[refund.charge] += refund.amount
    for charge in account.charges:
        assert charge.amount_refunded == refunds[charge.id]


def test_everything_that_makes_revenue_hard_to_count_is_in_it(account):
    charges = list(account.charges)
    assert {c.status for c in charges} == {"succeeded", "pending", "failed"}
    assert {c.currency for c in charges} == {"usd", "eur", "gbp", "jpy", "kwd"}
    assert {c.method.type for c in charges} == {"card", "sepa_debit", "us_bank_account"}
    succeeded = [c for c in charges if c.status == "succeeded"]
    assert any(not c.captured and not c.refunded for c in succeeded)
    assert any(not c.captured and c.refunded for c in succeeded)
    partial = [c for c in succeeded if 0 < c.amount_captured < c.amount]
    assert any(c.amount_refunded == 0 for c in partial)
    assert any(c.released == c.amount_refunded > 0 for c in partial)
    assert any(c.refunded for c in succeeded)
    assert any(0 < c.amount_refunded < c.amount == c.amount_captured for c in succeeded)
    assert any(c.disputed for c in succeeded)
    assert any(c.status == "failed" and c.failure_balance_transaction for c in charges)
    assert any(refund.status == "failed" for refund in account.refunds)
    assert {"won", "lost", "warning_closed", "under_review"} <= {
        dispute.status for dispute in account.disputes
    }
    assert any(customer.deleted for customer in account.customers)
    sources = Counter(entry.email_source for entry in account.ledger().charges.values())
    assert set(sources) == {"customer", "receipt", "billing", None}
    assert all(c.amount % 10 == 0 for c in charges if c.currency == "kwd")


def test_more_charges_lie_in_one_second_than_on_one_page(account):
    _, most = Counter(charge.created for charge in account.charges).most_common(1)[0]
    assert most > 100


def test_it_grows_and_has_one_great_day(account):
    days = Counter(datetime.fromtimestamp(c.created, UTC).date() for c in account.charges)
    assert days.most_common(1)[0][0] == GREAT_DAY
    ordinary = sorted(days.values())[len(days) // 2]
    assert days[GREAT_DAY] > 15 * ordinary
    months = Counter(day.strftime("%Y-%m") for day in days.elements())
    assert months["2026-10"] > 8 * months["2025-05"]


@pytest.mark.parametrize("share", [15, 30, 60])
def test_the_great_day_can_be_made_greater(share):
    account = Story(7, 5_000, great_share=share).account()
    days = Counter(datetime.fromtimestamp(c.created, UTC).date() for c in account.charges)
    assert days[GREAT_DAY] / 50 == pytest.approx(share, abs=3)


def test_advertising_pays_on_search_and_does_not_on_meta(story, engagements, dollars):
    rates = story.rates()
    revenue, spend = Counter(), Counter()
    for engagement in engagements:
        for charge in engagement.charges:
            revenue[engagement.payer.campaign.name] += dollars(charge)
    for row in ad_spend(story):
        rate = rates.on(row.currency, row.spend_date)
        spend[row.campaign] += convert(row.spend, rate, row.currency, "usd")
    assert revenue["brand_search"] > 3 * spend["brand_search"]
    assert revenue["generic_search"] > spend["generic_search"]
    for campaign in ("prospecting", "lookalike"):
        assert 0 < revenue[campaign] < spend[campaign]
    assert spend["display_awareness"] > 0
    assert revenue["display_awareness"] == 0


def test_email_brings_the_customers_who_are_worth_most(engagements, dollars):
    worth, payers = Counter(), Counter()
    for engagement in engagements:
        total = sum(dollars(charge) for charge in engagement.charges)
        if total:
            worth[engagement.payer.campaign.channel] += total
            payers[engagement.payer.campaign.channel] += 1
    by_channel = {channel: worth[channel] / payers[channel] for channel in worth}
    assert max(by_channel, key=by_channel.get) == "email"


def test_meta_brings_more_leads_than_it_brings_payers(story):
    leads = Counter(visit.campaign.name for visit in visits(story) if visit.email)
    payers = Counter(engagement.payer.campaign.name for engagement in story.engagements())
    assert leads["prospecting"] > 2 * payers["prospecting"]
    assert leads["newsletter"] < 2 * payers["newsletter"]


def test_one_experiment_raises_revenue_per_visitor_and_the_other_does_not(
    story, engagements, dollars
):
    shown = exposures(story.seed, engagements, list(visits(story)))
    paid = {e.visitor: sum(dollars(charge) for charge in e.charges) for e in engagements}
    lift = {}
    for experiment in (PRICING_PAGE, HERO_HEADLINE):
        arms = defaultdict(list)
        for exposure in shown:
            if exposure.experiment_id == experiment.id:
                arms[exposure.variant].append(paid.get(exposure.visitor_id, 0))
        means = {variant: sum(arm) / len(arm) for variant, arm in arms.items()}
        lift[experiment.id] = means["variant_b"] / means["control"] - 1
        sizes = sorted(len(arm) for arm in arms.values())
        assert sizes[1] - sizes[0] < 3 * sum(sizes) ** 0.5
    assert lift[PRICING_PAGE.id] > 0.3
    assert abs(lift[HERO_HEADLINE.id]) < 0.15


def test_nobody_s_real_address_is_in_it(engagements, story):
    emails = {e.payer.email for e in engagements} | {e.payer.checkout_email for e in engagements}
    emails |= {visit.email for visit in visits(story) if visit.email}
    domains = {email.strip().lower().partition("@")[2] for email in emails}
    assert domains == {"example.com", "example.org", "example.net"}


def test_a_rhythm_s_moments_lie_in_its_span():
    from stripe_simulator.story.dice import Dice

    start, end = midnight(GREAT_DAY), midnight(GREAT_DAY) + 7 * 86_400
    dice, rhythm = Dice(1, 1), Rhythm(start, end)
    moments = [rhythm.moment(dice) for _ in range(2_000)]
    assert start <= min(moments) < start + 86_400
    assert end - 86_400 <= max(moments) < end
    hours = Counter(moment // 3_600 % 24 for moment in moments)
    assert hours[10] > hours[3]


def test_the_batch_biller_runs_at_nine_on_the_first_of_each_month():
    start = int(datetime(2025, 12, 1, 9, 0, 1, tzinfo=UTC).timestamp())
    end = int(datetime(2026, 3, 1, 9, tzinfo=UTC).timestamp())
    assert [datetime.fromtimestamp(at, UTC).isoformat() for at in first_of_months(start, end)] == [
        "2026-01-01T09:00:00+00:00",
        "2026-02-01T09:00:00+00:00",
    ]


def test_what_a_renewal_could_not_get_is_tried_again_with_the_next_one(account):
    attempts = defaultdict(list)
    for charge in account.charges:
        attempts[charge.payment_intent].append(charge)
    again = [charges for charges in attempts.values() if len(charges) > 1]
    for charges in again:
        *failed, last = sorted(charges, key=lambda charge: charge.created)
        assert {charge.status for charge in failed} == {"failed"}
        assert len({(charge.amount, charge.currency, charge.customer) for charge in charges}) == 1
        assert last.status in {"succeeded", "pending", "failed"}
    recovered = sum(any(c.status == "succeeded" for c in charges) for charges in again)
    assert 300 < recovered < 400
    reasons = Counter(c.decline_reason for c in account.charges if c.status == "failed")
    assert reasons["insufficient_funds"] > reasons["generic_decline"] > 0
