"""Promotion codes (https://docs.stripe.com/api/promotion_codes/object)."""

import msgspec

from stripe_simulator.objects.encoding import EMPTY, Null, StripeObject, fragment
from stripe_simulator.records import PromotionCodeRecord


class Promotion(StripeObject, kw_only=True):
    """`PromotionCode.promotion`."""

    coupon: str
    type: str = "coupon"


class PromotionCodeObject(StripeObject, kw_only=True):
    """A promotion code in Stripe's form."""

    id: str
    object: str = "promotion_code"
    active: bool = True
    code: str
    created: int
    customer: Null = None
    customer_account: Null = None
    expires_at: Null = None
    livemode: bool
    max_redemptions: Null = None
    metadata: msgspec.Raw = EMPTY
    promotion: Promotion
    restrictions: msgspec.Raw = fragment(
        {
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        }
    )
    times_redeemed: int


def promotion_code_object(code: PromotionCodeRecord, *, livemode: bool) -> PromotionCodeObject:
    """A promotion code in Stripe's form."""
    return PromotionCodeObject(
        id=code.id,
        code=code.code,
        created=code.created,
        livemode=livemode,
        promotion=Promotion(coupon=code.coupon),
        times_redeemed=code.times_redeemed,
    )
