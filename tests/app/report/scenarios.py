"""Marts for each case that the report has to handle, by name."""

from __future__ import annotations

from datetime import timedelta

from stripe_apex.report.period import month_after
from tap_stripe_apex import money
from tests.app.report.marts import DAY, LAST_DAY, Marts


def small() -> Marts:
    """Paid search earns twice its cost, paid social a third of it; some revenue is unmatched."""
    marts = Marts()
    for number in range(120):
        day = DAY + timedelta(days=number * 1.5)
        marts.charge(
            10_000 + number,
            channel="paid_search",
            campaign="winter_boots",
            source="google",
            day=day,
        )
        marts.charge(9_000, channel="email", day=day, refunded=500, fee=200)
        marts.charge(8_000, channel=None, day=day)
        if number % 3 == 0:
            marts.charge(
                5_000,
                channel="paid_social",
                by_model={"first_touch": "email"},
                source="facebook",
                day=day,
            )
        marts.spend(5_000, campaign="winter_boots", day=day)
        marts.spend(
            5_000, channel="paid_social", platform="meta_ads", source="facebook", day=day, claims=3
        )
    marts.charge(7_000, channel="email", day=LAST_DAY, person=1)
    marts.cohorts()
    marts.experiment("Annual plans first", "better", 0.4)
    marts.experiment("A bolder headline", "inconclusive", 0.02)
    marts.experiment("A new checkout", "sample_ratio_mismatch", 0.6)
    marts.experiment("A quiet page", "not_enough_data", None)
    return marts


def perhaps_new() -> Marts:
    """One payer of paid search may have paid before the loaded charges."""
    marts = Marts()
    for number in range(4):
        marts.charge(10_000, channel="paid_search", day=DAY + timedelta(days=number))
        marts.charge(3_000, channel="email", day=DAY + timedelta(days=number))
    marts.charge(500, channel="paid_search", day=DAY + timedelta(days=8), person=0)
    marts.charge(7_000, channel="paid_search", day=DAY + timedelta(days=9), maybe_new=True)
    marts.charge(900, channel="email", day=LAST_DAY, person=1)
    marts.spend(20_000, channel="paid_search")
    marts.spend(1_000, channel="email", platform="mailer", source="mailer")
    return marts


def one_currency() -> Marts:
    """A few yen, no spend, nothing else."""
    marts = Marts(reporting_currency="jpy")
    for number in range(5):
        marts.charge(1_200 + number, currency="jpy", fee=None, day=DAY + timedelta(days=number))
    return marts


def ten_currencies() -> Marts:
    """Currencies with no, two and three decimals."""
    marts = small()
    for currency in ("eur", "gbp", "jpy", "kwd", "bhd", "krw", "chf", "sek", "inr"):
        minor = 123_456_789 * 10 ** (money.decimals(currency) - 2) if currency != "jpy" else 9_999
        marts.charge(int(minor), currency=currency, reporting=1_000_000, day=LAST_DAY)
    return marts


def forty_channels() -> Marts:
    """Too many channels with too long names for the room that there is."""
    marts = Marts()
    for number in range(40):
        name = f"a_channel_with_a_rather_long_name_that_goes_on_and_on_{number:02}"
        for _ in range(3):
            marts.charge(1_000 * (number + 1), channel=name, source=f"s{number}", day=LAST_DAY)
        marts.spend(
            2_000, channel=name, platform=f"platform_{number}", source=f"s{number}", day=LAST_DAY
        )
    marts.charge(50_000, channel=None, day=LAST_DAY)
    return marts


HOSTILE = (
    "<script>fetch('https://evil.example')</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</script></style></svg><b>bold",
    "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "👩‍👩‍👧 🎉 café",
    "\x1b[31mred\x07 line\nbreak\u2028{{ 7*7 }} {% x %} ${1} \\' datum",
    "",
)


def hostile() -> Marts:
    """Channels, campaigns, platforms and experiments with hostile names from URLs."""
    marts = Marts()
    for number, name in enumerate(HOSTILE):
        for person in range(40):
            marts.charge(
                5_000 + number, channel=name, campaign=name, source=name, day=LAST_DAY,
                person=1000 * number + person,
            )  # fmt: skip
        marts.spend(
            90_000, channel=name, platform=name or "x", campaign=name, source=name, day=LAST_DAY
        )
        marts.experiment(name, "better", 0.3)
    return marts


def unread() -> Marts:
    """Disputes that were not loaded, and known fees for all captured charges."""
    marts = Marts()
    marts.charge(10_000, fee=300)
    marts.charge(20_000, fee=600, is_disputed=True)
    marts.charge(5_000, fee=150, currency="eur", is_disputed=True)
    marts.charge(0, fee=None)
    return marts


def missing_rates() -> Marts:
    """The marts of `small`, and euros with a charge and some ad spend without a rate."""
    marts = small()
    marts.charge(4_000, currency="eur", reporting=4_400, day=DAY)
    marts.charge(50_000, channel="paid_search", currency="eur", day=LAST_DAY, has_rate=False)
    marts.spend(20_000, currency="eur", day=LAST_DAY, has_rate=False)
    return marts


def only_euros() -> Marts:
    """A shop that earns and spends only euros, without rates to the reporting currency."""
    marts = Marts()
    for number in range(40):
        marts.charge(
            5_000,
            channel="paid_search",
            currency="eur",
            has_rate=False,
            source="google",
            day=DAY + timedelta(days=number),
        )
    marts.spend(40_000, currency="eur", day=DAY, has_rate=False)
    return marts


def wrong_sums() -> Marts:
    """A mart that lost a charge: the reconciliation fails."""
    marts = small()
    marts.rows["mart_revenue_total"].pop()
    return marts


def old_leads() -> Marts:
    """A tenth of revenue is credited by leads alone, and a fifth came too late for any lead."""
    marts = Marts()
    for number in range(10):
        reason = {0: "lead_channel", 1: "lead_too_old", 2: "lead_too_old"}.get(number)
        channel = None if reason == "lead_too_old" else "email"
        marts.charge(1_000, channel=channel, reason=reason, day=LAST_DAY)
    return marts


def without_channel() -> Marts:
    """Half of it is credited, some by touches alone; the rest is unmatched, or has no channel."""
    marts = Marts()
    for channel, reason, minor in (
        ("email", None, 4_900),
        (None, None, 1_400),
        (None, "lead_too_old", 2_800),
        (None, "no_visit", 500),
        (None, "excluded_channel", 300),
    ):
        marts.charge(minor, channel=channel, reason=reason, day=LAST_DAY)
    marts.charge(100, channel="email", day=LAST_DAY)
    touched = marts.rows["fct_revenue"][-1]
    touched["match_status"] = "none"
    (lost,) = marts.rows["mart_unmatched"]
    marts.rows["mart_unmatched"].append(
        lost
        | {
            "charge_id": touched["charge_id"],
            "net_minor": 100,
            "is_attributed_by_touches": True,
        }
    )
    return marts


def simulated() -> Marts:
    """Payments of the simulated account."""
    marts = Marts(is_live=False, is_simulated=True)
    marts.charge(10_000, refunded=500)
    return marts


def test_mode() -> Marts:
    """Test payments of a real account."""
    marts = Marts(is_live=False)
    marts.charge(10_000)
    return marts


def far_apart() -> Marts:
    """A return far beyond the others', spend without payers, revenue without a platform."""
    marts = Marts()
    for number in range(120):
        day = DAY + timedelta(days=number)
        marts.charge(9_000, channel="paid_search", campaign="shoes", source="google", day=day)
        marts.charge(1_000, channel="paid_search", campaign="old", source="elsewhere", day=day)
        marts.spend(5_000, campaign="shoes", day=day)
        marts.charge(80_000, channel="paid_video", campaign="launch", source="yt", day=day)
        marts.spend(2_000, channel="paid_video", platform="youtube", source="yt", day=day)
    marts.spend(
        90_000, channel="display", platform="banners", campaign="awareness", source="b", claims=90
    )
    marts.visited = {"awareness"}
    return marts


def leads_alone() -> Marts:
    """No visit counts for any payment, so all revenue is credited by leads."""
    marts = Marts()
    for number in range(40):
        marts.charge(
            9_000,
            channel="paid_search",
            source="google",
            reason="lead_channel",
            day=DAY + timedelta(days=number),
        )
    marts.spend(100_000, claims=200)
    return marts


def spend_alone() -> Marts:
    """Payments and ad spend, but neither leads nor visits that would connect them."""
    marts = Marts()
    for number in range(60):
        marts.charge(9_000, channel=None, day=DAY + timedelta(days=number))
    marts.spend(100_000)
    marts.rows["mart_inputs"] = [
        {"input": name, "row_count": 0} for name in ("leads", "touchpoints")
    ]
    return marts


def late_spend() -> Marts:
    """Ads since the middle of May, and payments since January."""
    marts = Marts()
    for number in range(180):
        marts.charge(5_000, channel="paid_search", source="google", day=DAY + timedelta(number))
    marts.charge(5_000, channel="email", day=LAST_DAY)
    for number in range(47):
        marts.spend(1_000, day=LAST_DAY - timedelta(number))
    return marts


def rateless_before() -> Marts:
    """Euros without a rate in May, none in June."""
    marts = late_spend()
    marts.charge(9_000, currency="eur", day=LAST_DAY - timedelta(40), has_rate=False)
    return marts


def months(number: int) -> Marts:
    """`number` months of five channels; the last month is June 2026."""
    marts = Marts()
    for back in range(number):
        day = month_after(LAST_DAY.replace(day=1), -back) + timedelta(27)
        for rank, channel in enumerate(("paid_search", "email", "direct", "referral", None)):
            marts.charge(100_000 * (5 - rank) * (1 + back % 7), channel=channel, day=day)
        marts.spend(90_000, day=day)
    return marts


def payments_alone() -> Marts:
    """A shop with only payments: fifteen weeks of them, some refunded."""
    marts = Marts()
    for number in range(150):
        marts.charge(
            4_000 + 10 * number,
            channel=None,
            day=DAY + timedelta(days=number * 100 // 150),
            person=number % 30 if number % 3 else 100 + number,
            refunded=500 if number % 10 == 0 else 0,
            fee=150,
            method="sepa_debit" if number % 4 == 0 else "card",
            country=("DE", "US", "unknown", "US", "AT")[number % 5],
        )
    for number in range(12):
        marts.failure(
            ("insufficient_funds", "do_not_honor", "generic_decline", "brand_new")[number % 4],
            1_000 + number,
            recovered=1_000 if number % 3 == 0 else 0,
            day=DAY + timedelta(days=number),
        )
    marts.rows["mart_inputs"] = [
        {"input": name, "row_count": 0}
        for name in ("leads", "touchpoints", "ad_spend", "experiments", "experiment_exposures")
    ]
    return marts


def payments_alone_without_rates() -> Marts:
    """The marts of `payments_alone`, and euros without any rate."""
    marts = payments_alone()
    marts.charge(90_000, channel=None, currency="eur", has_rate=False, day=DAY, person=1)
    return marts


SCENARIOS = {
    "payments_alone": payments_alone,
    "payments_alone_without_rates": payments_alone_without_rates,
    "small": small,
    "perhaps_new": perhaps_new,
    "empty": Marts,
    "one_currency": one_currency,
    "ten_currencies": ten_currencies,
    "forty_channels": forty_channels,
    "hostile": hostile,
    "unread": unread,
    "missing_rates": missing_rates,
    "only_euros": only_euros,
    "wrong_sums": wrong_sums,
    "old_leads": old_leads,
    "without_channel": without_channel,
    "simulated": simulated,
    "test_mode": test_mode,
    "far_apart": far_apart,
    "leads_alone": leads_alone,
    "late_spend": late_spend,
    "spend_alone": spend_alone,
    "rateless_before": rateless_before,
    "one_month": lambda: months(1),
    "sixty_months": lambda: months(60),
}
