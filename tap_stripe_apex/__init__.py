"""A Singer tap that reads Stripe completely: every charge, every later change, to the cent."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tap_stripe_apex.tap import TapStripeApex

__all__ = ["TapStripeApex"]


def __getattr__(name: str) -> Any:
    # Importing the tap imports the SDK; those who only need `money` or `errors` need not wait for
    # it.
    if name in __all__:
        return getattr(import_module("tap_stripe_apex.tap"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
