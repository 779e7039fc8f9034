"""Edits of customers, which also change their charges, without an event of the charge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from tap_stripe_apex.errors import InvalidRequestError
from tap_stripe_apex.reading.events import Change, ChangedObject, Event, collect
from tap_stripe_apex.reading.slices import Listed
from tap_stripe_apex.reading.windows import created_filter

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Iterator

    from tap_stripe_apex.reading.listing import Endpoint

T = TypeVar("T", bound=Listed)


class CustomerEdits(Generic[T]):
    """Finds edited customers and their charges.

    Args:
        logger: gets the warnings.
        metadata: whether charges carry the customer's metadata, besides the email.
    """

    def __init__(self, logger: logging.Logger, *, metadata: bool) -> None:
        self._logger = logger
        self._metadata = metadata

    def changes(self, events: Iterable[Event], position: int) -> list[Change]:
        """Edited customers with earlier charges; the charges of a new customer are new, too."""
        edits = (
            event
            for event in events
            if event.edits_email or (self._metadata and event.edits_metadata)
        )
        found = collect(
            (event, ChangedObject(event.object.id, event.object.created)) for event in edits
        )
        return [each for each in found if each.created is None or each.created < position]

    def changed_by(
        self, endpoint: Endpoint[T], related: Change, since: int
    ) -> Iterator[tuple[Change, list[T]]]:
        """The charges of a customer that were created at `since` or later, one page at a time."""
        filters = [("customer", related.id), *created_filter(gte=since)]
        try:
            for page in endpoint.pages(filters):
                yield related, page
        except InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
            self._logger.warning(
                "Stripe lists no charges of a customer that was deleted (%s); they keep the email "
                "and metadata that they had.",
                related.id,
            )
