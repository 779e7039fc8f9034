"""One module per stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_stripe_apex.streams.charges import Charges

if TYPE_CHECKING:
    from tap_stripe_apex.client import StripeStream

STREAMS: Final[tuple[type[StripeStream[Any]], ...]] = (Charges,)
"""In the order of the documentation."""
