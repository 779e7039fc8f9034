"""Random small worlds in which addresses, browsers, customers and times coincide by design."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tests.transform.worlds import (
    Charge,
    Dispute,
    Experiment,
    Exposure,
    FailedCharge,
    Lead,
    Platform,
    PromotionCode,
    Rate,
    Refund,
    Rule,
    Session,
    Spend,
    Touchpoint,
    World,
)

START = datetime(2026, 1, 20, tzinfo=UTC)
CURRENCIES = ("usd", "eur", "jpy", "kwd")
CENTRAL_RATES = {
    "usd": Decimal(1),
    "eur": Decimal("1.0837"),
    "jpy": Decimal("0.006693"),
    "kwd": Decimal("3.25"),
}

emails = st.sampled_from(
    [
        None,
        "ann@example.com",
        " Ann@Example.COM",
        "bob@gmail.com",
        "b.o.b+shop@gmail.com",
        "zo\u00eb@example.com",
        "zoe\u0308@example.com",
        "cleo@example.com",
        "cleo@example\u2009.com\x85",
        "",
    ]
)
visitors = st.sampled_from([None, "", "v1", "v2", "v3", "v4"])
customers = st.sampled_from([None, "", "cus_1", "cus_2", "cus_3"])
# Whole hours make ties likely; the extra second is just beyond the end of a window.
moments = st.builds(
    lambda hours, second: START + timedelta(hours=hours, seconds=second),
    st.integers(0, 24 * 75),
    st.sampled_from([0, 0, 0, 1]),
)
# Pauses between two page views: none, within a visit, and around its end.
pauses = st.sampled_from([0, 0, 60, 1799, 1800, 1801, 3600]).map(
    lambda seconds: timedelta(seconds=seconds)
)
labels = st.sampled_from([None, None, "google", "Google ", "newsletter", "facebook", "partner"])
sources_of_spend = st.sampled_from(
    [None, None, "google", "YouTube", "bing", "newsletter", "kiosk", "facebook_ads", "direct"]
)
mediums = st.sampled_from([None, None, "CPC", "email", "paid_social", "referral", "organic"])
campaigns = st.sampled_from([None, "spring", "Spring ", "brand", "sum\x1fmer", "-"])
clicks = st.sampled_from([None, None, "", "m", "M2"])
pages = st.sampled_from(
    [
        None,
        "/pricing",
        "https://www.shop.example/",
        "https://shop.example/?utm_source=Bing&utm_medium=cpc&utm_campaign=Spring+Sale",
        "https://shop.example/?utm_source=Face%20Book&utm_campaign=Spring%20Sale&gclid=",
        "https://shop.example/a?x=1&fbclid=abc#top",
        "https://shop.example/a?gclid=abc",
        "https://shop.example/b?gclid=ABC&utm_source=Bing",
        "https://help.shop.example/",
    ]
)
referrers = st.sampled_from(
    [
        None,
        "https://www.google.com/",
        "https://shop.example/a",
        "https://www.help.shop.example/",
        "https://Blog.example/x?y=1",
        "https://t.co/z",
    ]
)

references = st.sampled_from(
    [
        None,
        "",
        "v1",
        " v1",
        "v2",
        "v3",
        "v9",
        "lead_0",
        "lead_1",
        "Ann@Example.com",
        "bob@gmail.com",
    ]
)
named = st.dictionaries(
    st.sampled_from(["visitor_id", "lead_id", "ref", "anonymousId", "order", "it's"]),
    references.filter(lambda value: value is not None) | st.sampled_from(["ordinary", "7"]),
    max_size=2,
)
# There are few values, which visits have too, so that the same visit occurs in both.
carried = st.fixed_dictionaries(
    {},
    optional={
        "utm_source": st.sampled_from(["google", "Google ", "partner", ""]),
        "utm_medium": st.sampled_from(["CPC", "email"]),
        "utm_campaign": st.sampled_from(["spring", "sum\x1fmer"]),
        "utm_term": st.just("shoes"),
        "msclkid": st.sampled_from(["m", "M2", " "]),
    },
)
metadata = st.none() | st.builds(
    lambda one, other: json.dumps(one | other), named, st.just({}) | st.just({}) | carried
)

promotions = st.sampled_from([None, None, "PODCAST", "podcast ", "promo_1", "50-OFF", " "])
own_codes = [
    PromotionCode(code="Podcast", channel="Podcast", campaign="Autumn", partner="The Show"),
    PromotionCode(code=" PODCAST", channel="Podcast"),
    PromotionCode(code="promo_1", channel="E-Mail"),
    PromotionCode(code="50-off", channel="direct", partner="google"),
    PromotionCode(code="podcast", channel=" "),
    PromotionCode(code=None, channel="email"),
]

own_rules = [
    Rule(priority=20, channel="Blog", utm_source="", referrer_host="t\\.co"),
    Rule(priority=10, channel="brand_search", utm_source="google", utm_medium="cpc"),
    Rule(priority=30, channel="kiosk", utm_source="kiosk|partner"),
]
own_platforms = [
    Platform(platform="Google Ads", channel="brand_search"),
    Platform(platform="posters", channel="Out of Home"),
]


countries = st.sampled_from([None, "US", "DE"])


@st.composite
def charges(draw: st.DrawFn, key: str) -> Charge:
    """A charge of any kind: refunded, partly captured, uncaptured, settled elsewhere."""
    amount = draw(st.integers(1, 500))
    captured = draw(st.integers(0, 9)) > 0
    capture = draw(st.integers(0, amount)) if captured and draw(st.booleans()) else None
    kept = capture if capture is not None else amount * captured
    settled = draw(st.one_of(st.none(), st.integers(1, 900))) if captured else None
    created = draw(moments)
    before = draw(st.sampled_from([0, 0, 1, 29, 40, 95]))
    return Charge(
        id=key,
        created=created,
        amount=amount,
        amount_captured=capture,
        amount_refunded=draw(st.integers(0, amount)) if draw(st.booleans()) else 0,
        refunded_amount=draw(st.none() | st.integers(0, kept)),
        currency=draw(st.sampled_from(CURRENCIES)),
        captured=captured,
        disputed=draw(st.sampled_from([False, False, False, True])),
        card_country=draw(countries),
        billing_country=draw(countries),
        customer_id=draw(customers),
        customer_email=draw(emails),
        customer_created=draw(st.sampled_from([None, created - timedelta(days=before)])),
        settled_amount=settled,
        settled_currency=draw(st.sampled_from(CURRENCIES)) if settled is not None else None,
        fee=draw(st.integers(0, 20)) if settled is not None else None,
        metadata=draw(metadata) if draw(st.booleans()) else "{}",
        customer_metadata=draw(metadata) if draw(st.integers(0, 3)) == 0 else None,
        deleted_at=draw(st.sampled_from([None, None, None, None, START])),
    )


@st.composite
def disputes(draw: st.DrawFn, charges: list[Charge]) -> list[Dispute]:
    """Disputes of some charges: won, lost and mere inquiries."""
    if not charges:
        return []
    return [
        Dispute(
            id=key,
            charge_id=charge.id,
            amount=draw(st.integers(1, charge.amount)),
            currency=charge.currency,
            status=draw(st.sampled_from(["lost", "lost", "won", "under_review", "warning_closed"])),
            deleted_at=draw(st.sampled_from([None, None, None, START])),
        )
        for key in numbered(draw, "du_", 3)
        for charge in [draw(st.sampled_from(charges))]
    ]


@st.composite
def refunds(draw: st.DrawFn, charges: list[Charge]) -> list[Refund]:
    """Refunds of some charges: all are loaded, or some, or more than was really given back."""
    if not charges:
        return []
    return [
        Refund(
            id=key,
            charge_id=charge.id,
            created=charge.created + timedelta(hours=draw(st.integers(0, 24 * 40))),
            amount=draw(st.integers(1, charge.amount)),
            currency=charge.currency,
            status=draw(st.sampled_from([None, "succeeded", "succeeded", "pending", "failed"])),
            deleted_at=draw(st.sampled_from([None, None, None, START])),
        )
        for key in numbered(draw, "re_", 5)
        for charge in [draw(st.sampled_from(charges))]
    ]


@st.composite
def sessions(draw: st.DrawFn, charges: list[Charge]) -> list[Session]:
    """Checkout sessions, of which some paid a charge, some a subscription and some nothing."""
    intents = [None, "pi_unknown", *(f"pi_{charge.id}" for charge in charges)]
    return [
        Session(
            id=key,
            created=draw(moments),
            status=draw(st.sampled_from(["complete", "complete", "complete", "expired"])),
            client_reference_id=draw(references),
            customer_id=draw(customers),
            customer_email=draw(emails),
            payment_intent_id=draw(st.sampled_from(intents)),
            metadata=draw(metadata),
            promotion_code=draw(promotions),
            promotion_code_id=draw(promotions),
            coupon_id=draw(promotions),
            deleted_at=draw(st.sampled_from([None, None, None, START])),
        )
        for key in numbered(draw, "cs_", 3)
    ]


@st.composite
def failed_charges(draw: st.DrawFn, charges: list[Charge]) -> list[FailedCharge]:
    """Failed attempts before and after successful ones, and of payments that were never paid."""
    intents = [None, "", "pi_unpaid", *(f"pi_{charge.id}" for charge in charges)]
    return [
        FailedCharge(
            id=key,
            created=draw(moments),
            amount=draw(st.integers(1, 500)),
            currency=draw(st.sampled_from(CURRENCIES)),
            failure_code=draw(st.sampled_from([None, "", "card_declined", "expired_card"])),
            outcome_type=draw(st.sampled_from([None, "issuer_declined", "blocked", "authorized"])),
            outcome_reason=draw(st.sampled_from([None, "", "insufficient_funds", "rule"])),
            payment_intent_id=draw(st.sampled_from(intents)),
            deleted_at=draw(st.sampled_from([None, None, None, START])),
        )
        for key in numbered(draw, "ch_failed_", 6)
    ]


@st.composite
def page_views(draw: st.DrawFn) -> list[Touchpoint]:
    """Page views, many of which follow another one by the same visitor."""
    rows: list[Touchpoint] = []
    # Ties in time are broken by id, so the ids must not be in the order of time.
    for key in draw(st.permutations(numbered(draw, "touch_", 20))):
        follows = bool(rows) and draw(st.integers(0, 2)) > 0
        says_nothing = follows and draw(st.booleans())
        rows.append(
            Touchpoint(
                touchpoint_id=key,
                visitor_id=rows[-1].visitor_id if follows else draw(visitors),
                email=draw(emails) if draw(st.booleans()) else None,
                occurred_at=rows[-1].occurred_at + draw(pauses) if follows else draw(moments),
                landing_page=draw(pages),
                referrer=draw(referrers),
                utm_source=None if says_nothing else draw(labels),
                utm_medium=None if says_nothing else draw(mediums),
                utm_campaign=None if says_nothing else draw(campaigns),
                msclkid=None if says_nothing else draw(clicks),
            )
        )
    return rows


def numbered(draw: st.DrawFn, prefix: str, most: int) -> list[str]:
    """Up to `most` keys with a prefix and a number."""
    return [f"{prefix}{number}" for number in range(draw(st.integers(0, most)))]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world with all the rates that its days need."""
    own_charges = [draw(charges(key)) for key in numbered(draw, "ch_", 8)]
    spend = draw(
        st.lists(
            st.builds(
                Spend,
                spend_date=moments.map(lambda moment: moment.date()),
                platform=st.sampled_from(
                    ["google_ads", "Meta Ads", "linkedin_ads", "posters", "Bing Ads", None]
                ),
                campaign=campaigns,
                utm_source=sources_of_spend,
                currency=st.sampled_from(CURRENCIES),
                spend=st.decimals(0, 900, places=4),
            ),
            max_size=4,
        )
    )
    days = {START.date() + timedelta(days=number) for number in range(-1, 78)}
    needed = {
        *((day, c.currency) for c in own_charges for day in around(c.created)),
        *((row.spend_date, row.currency) for row in spend),
    }
    rates = [
        Rate(
            rate_date=day,
            from_currency=one,
            to_currency=two,
            rate=(CENTRAL_RATES[one] / CENTRAL_RATES[two]).quantize(Decimal("1e-12")),
        )
        for day, one in sorted(needed)
        for two in ("usd", "eur")
        if one != two and day in days
    ]
    return World(
        charges=own_charges,
        refunds=draw(refunds(own_charges)),
        disputes=draw(disputes(own_charges)),
        checkout_sessions=draw(sessions(own_charges)),
        failed_charges=draw(failed_charges(own_charges)),
        leads=[
            Lead(
                lead_id=key,
                email=draw(emails),
                visitor_id=draw(visitors),
                created_at=draw(moments) - timedelta(days=draw(st.sampled_from([0, 30, 60]))),
                channel=draw(st.sampled_from([None, "direct", "Paid Search", "email"])),
                utm_source=draw(labels),
                utm_medium=draw(mediums),
                utm_campaign=draw(campaigns),
                landing_page=draw(pages),
            )
            for key in numbered(draw, "lead_", 5)
        ],
        touchpoints=draw(page_views()),
        ad_spend=spend,
        fx_rates=rates,
        channel_rules=draw(st.lists(st.sampled_from(own_rules), unique=True)),
        ad_platforms=draw(st.lists(st.sampled_from(own_platforms), unique=True)),
        promotion_codes=draw(st.lists(st.sampled_from(own_codes), unique=True)),
        experiments=[
            Experiment(
                experiment_id="exp",
                started_at=START + timedelta(days=5),
                ended_at=draw(st.sampled_from([None, START + timedelta(days=40)])),
            )
        ],
        experiment_exposures=draw(
            st.lists(
                st.builds(
                    Exposure,
                    experiment_id=st.sampled_from(["exp", "exp", "exp", "other"]),
                    variant=st.sampled_from(
                        ["control", "control", "variant_b", "variant_b", "variant_c"]
                    ),
                    visitor_id=st.sampled_from(
                        ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "", None]
                    ),
                    exposed_at=moments,
                ),
                max_size=10,
            )
        ),
    )


def around(moment: datetime) -> list:
    """The days that an instant may be on in some time zone."""
    return [(moment + timedelta(days=shift)).date() for shift in (-1, 0, 1)]


def together(parts: list[World]) -> World:
    """Several worlds in one warehouse, without a link between them."""
    apart = [rename(part, f"w{number}") for number, part in enumerate(parts)]
    rates = {(r.rate_date, r.from_currency, r.to_currency): r for p in parts for r in p.fx_rates}
    return World(
        charges=[row for part in apart for row in part.charges],
        refunds=[row for part in apart for row in part.refunds],
        disputes=[row for part in apart for row in part.disputes],
        checkout_sessions=[row for part in apart for row in part.checkout_sessions],
        failed_charges=[row for part in apart for row in part.failed_charges],
        leads=[row for part in apart for row in part.leads],
        touchpoints=[row for part in apart for row in part.touchpoints],
        ad_spend=[row for part in apart for row in part.ad_spend],
        experiment_exposures=[row for part in apart for row in part.experiment_exposures],
        experiments=parts[0].experiments,
        channel_rules=parts[0].channel_rules,
        ad_platforms=parts[0].ad_platforms,
        promotion_codes=parts[0].promotion_codes,
        fx_rates=list(rates.values()),
    )


def rename(world: World, name: str) -> World:
    """The same world with other keys, addresses, visitors and customers."""

    def key(value: str | None) -> str | None:
        return value and f"{name}_{value}"

    def email(value: str | None) -> str | None:
        return value and value.replace("@", f".{name}@", 1).replace(
            f"+shop.{name}", f".{name}+shop"
        )

    def reference(value: str | None) -> str | None:
        return email(value) if value and "@" in value else value and f"{name}_{value.strip()}"

    def intent(value: str | None) -> str | None:
        return value and f"pi_{name}_{value.removeprefix('pi_')}"

    def fields(value: str | None) -> str | None:
        told = ("utm_", "msclkid")
        return value and json.dumps(
            {
                name: said if name.startswith(told) else reference(said)
                for name, said in json.loads(value).items()
            }
        )

    return World(
        charges=[
            replace(
                row,
                id=f"{name}_{row.id}",
                customer_id=key(row.customer_id),
                customer_email=email(row.customer_email),
                metadata=fields(row.metadata),
                customer_metadata=fields(row.customer_metadata),
            )
            for row in world.charges
        ],
        refunds=[
            replace(row, id=f"{name}_{row.id}", charge_id=f"{name}_{row.charge_id}")
            for row in world.refunds
        ],
        disputes=[
            replace(row, id=f"{name}_{row.id}", charge_id=f"{name}_{row.charge_id}")
            for row in world.disputes
        ],
        checkout_sessions=[
            replace(
                row,
                id=f"{name}_{row.id}",
                client_reference_id=reference(row.client_reference_id),
                customer_id=key(row.customer_id),
                customer_email=email(row.customer_email),
                payment_intent_id=intent(row.payment_intent_id),
                metadata=fields(row.metadata),
            )
            for row in world.checkout_sessions
        ],
        failed_charges=[
            replace(row, id=f"{name}_{row.id}", payment_intent_id=intent(row.payment_intent_id))
            for row in world.failed_charges
        ],
        leads=[
            replace(
                row,
                lead_id=f"{name}_{row.lead_id}",
                visitor_id=key(row.visitor_id),
                email=email(row.email),
            )
            for row in world.leads
        ],
        touchpoints=[
            replace(
                row,
                touchpoint_id=f"{name}_{row.touchpoint_id}",
                visitor_id=key(row.visitor_id),
                email=email(row.email),
            )
            for row in world.touchpoints
        ],
        experiment_exposures=[
            replace(row, visitor_id=key(row.visitor_id)) for row in world.experiment_exposures
        ],
        ad_spend=world.ad_spend,
    )


@st.composite
def multiverses(draw: st.DrawFn) -> World:
    """Several worlds in one, since running all models costs the same for many rows as for few."""
    world = together(draw(st.lists(worlds(), min_size=4, max_size=8)))
    rates_known = draw(st.sampled_from(["all", "most", "none"]))
    if rates_known == "all":
        return world
    if rates_known == "none":
        return replace(world, fx_rates=[])
    lost = draw(st.sets(st.integers(0, max(0, len(world.fx_rates) - 1)), max_size=5))
    return replace(world, fx_rates=[rate for n, rate in enumerate(world.fx_rates) if n not in lost])
