"""Where people paid, and what Stripe learns there about where they came from.

A third of the company's payments carry no such information. Some of its forms write the visitor's
id to the payment, some to the customer, and some write the campaign of the first visit to the
payment; Checkout and payment links have the id on their sessions. The decisions made here change
only the metadata of a charge.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

from stripe_simulator.account import Account
from stripe_simulator.funds import DAY
from stripe_simulator.ids import bucket, identifier
from stripe_simulator.records import Metadata, SessionMode
from stripe_simulator.story.dice import Dice, Odds
from stripe_simulator.story.payments import PlannedCharge
from stripe_simulator.story.people import Payer

Way: TypeAlias = Literal[
    "plain form", "campaign", "payment", "customer", "checkout", "payment link"
]

_CHECKOUTS = 40  # the purpose of this module's dice
_WAYS: Odds[Way] = Odds(
    {
        "plain form": 34,
        "campaign": 12,
        "payment": 22,
        "customer": 8,
        "checkout": 16,
        "payment link": 8,
    }
)
_ABANDONED_PERCENT = 12  # sessions that the payer left before the one that was paid
_CODE_PERCENT: dict[Way, int] = {"checkout": 15, "payment link": 40}
_TAGGED_LINK_PERCENT = 60  # payment links in whose address the site put the visitor's id
_LINKS = 3


class Promotion(NamedTuple):
    """A code that a podcast, a partner or a newsletter hands out, with the company's note on it.

    The company has not noted yet where a code without a channel is handed out.
    """

    code: str
    percent_off: int
    channel: str | None = None
    campaign: str | None = None
    partner: str | None = None


PROMOTIONS = (
    Promotion("PODCAST20", 20, "podcast", "autumn_shows", "the_example_show"),
    Promotion("NEWSLETTER10", 10),
    Promotion("PARTNER15", 15, "referral", "partner_codes", "example_partner"),
)


class PlannedSession(Struct, gc=False):
    """A session that is opened at epoch second `at`, and paid by `charge` unless it is left."""

    at: int
    charge: PlannedCharge
    mode: SessionMode
    client_reference_id: str | None
    metadata: Metadata
    payment_link: str | None
    promotion: Promotion | None
    left: bool = False


def refer(
    seed: int, payer: Payer, visitor: str, charges: list[PlannedCharge]
) -> list[PlannedSession]:
    """Plan the sessions in which a payer pays; sets the metadata of payer and charges.

    Args:
        seed: the seed of the story.
        payer: the person who pays.
        visitor: the id of the browser that the payer uses.
        charges: the payer's charges, in order of time.
    """
    dice = Dice(seed, _CHECKOUTS, payer.index)
    match dice.pick(_WAYS):
        case "payment":
            for charge in _by_hand(charges):
                charge.metadata = {**charge.metadata, "visitor_id": visitor}
        case "campaign" if payer.campaign.sources:
            campaign = {
                "utm_source": payer.campaign.sources[0],
                "utm_medium": payer.campaign.mediums[0],
                "utm_campaign": payer.campaign.name,
            }
            for charge in _by_hand(charges):
                charge.metadata = {**charge.metadata, **campaign}
        case "customer":
            payer.metadata = {"visitor_id": visitor}
        case "checkout" | "payment link" as way:
            return list(_sessions(seed, way, visitor, charges, dice))
        case _:
            pass
    return []


def open_session(account: Account, planned: PlannedSession) -> None:
    """Let the payer open the session."""
    charge, payer = planned.charge, planned.charge.payer
    tax = charge.amount * 19 // 1190 * 10 if payer.currency == "eur" else 0
    discount, code = 0, None
    if planned.promotion is not None:
        off = planned.promotion.percent_off
        discount = (charge.amount - tax) * off // (1000 - 10 * off) * 10
        code = next(c.id for c in account.promotion_codes if c.code == planned.promotion.code)
    customer = payer.customer
    if customer is not None and account.customers[customer].deleted:
        customer = None
    session = account.create_session(
        charge.amount,
        payer.currency,
        mode=planned.mode,
        discount=discount,
        tax=tax,
        client_reference_id=planned.client_reference_id,
        metadata=planned.metadata,
        customer=customer,
        payment_link=planned.payment_link,
        promotion_code=code,
    )
    if not planned.left:
        charge.session = session


def complete_session(account: Account, planned: PlannedCharge, charge: str) -> None:
    """Let a charge pay its session; if the card is declined, the session stays open."""
    if planned.session is not None and account.charges[charge].status != "failed":
        account.complete_session(
            planned.session, charge, email=_typed_email(account, planned.payer)
        )


def create_promotion_codes(account: Account) -> None:
    """Create the promotion codes of the story."""
    for promotion in PROMOTIONS:
        account.create_promotion_code(promotion.code, coupon=f"{promotion.percent_off}-off")


def _sessions(
    seed: int, way: Way, visitor: str, charges: list[PlannedCharge], dice: Dice
) -> Iterator[PlannedSession]:
    link = identifier("plink_", seed, dice.below(_LINKS)) if way == "payment link" else None
    in_metadata = link is None and dice.chance(40)
    named = link is None or dice.chance(_TAGGED_LINK_PERCENT)
    for charge in _by_hand(charges):
        if not charge.fate.capture:
            continue  # Checkout takes the money at once
        subscribes = link is None and _is_of_plan(charge) and charge.payer.has_customer
        session = PlannedSession(
            charge.at - dice.between(60, 1_200),
            charge,
            "subscription" if subscribes else "payment",
            visitor if named and not in_metadata else None,
            {"visitor_id": visitor} if in_metadata else {},
            link,
            dice.one_of(PROMOTIONS) if dice.chance(_CODE_PERCENT[way]) else None,
        )
        if dice.chance(_ABANDONED_PERCENT):
            yield PlannedSession(
                session.at - dice.between(600, DAY),
                charge,
                session.mode,
                session.client_reference_id,
                session.metadata,
                link,
                None,
                left=True,
            )
        yield session


def _by_hand(charges: list[PlannedCharge]) -> Iterator[PlannedCharge]:
    """The charges without renewals of a plan, which need no form."""
    subscribed = False
    for charge in charges:
        if not (subscribed and _is_of_plan(charge)):
            yield charge
        subscribed = subscribed or _is_of_plan(charge)


def _is_of_plan(charge: PlannedCharge) -> bool:
    return "plan" in charge.metadata


def _typed_email(account: Account, payer: Payer) -> str:
    """The email entered in Checkout, which requires one; people who hide theirs use a relay."""
    if payer.customer is not None and (email := account.customers[payer.customer].email):
        return email
    if payer.identity in {"guest_receipt", "guest_billing", "nameless"}:
        return payer.checkout_email
    return f"{bucket(f'relay/{payer.email}', 36**6):x}@relay.example.net"
