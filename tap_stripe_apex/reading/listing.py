"""One list endpoint: pages, single objects, and windows that are read by concurrent requests."""

from __future__ import annotations

import logging
import threading
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

import msgspec

from tap_stripe_apex.errors import InvalidRequestError, PermissionDeniedError
from tap_stripe_apex.reading.slices import PAGE_SIZE, Listed, PageRequest, Slices
from tap_stripe_apex.reading.windows import created_filter
from tap_stripe_apex.wire.pool import Pool
from tap_stripe_apex.wire.text import json_decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tap_stripe_apex.reading.windows import Window
    from tap_stripe_apex.wire.session import Params, Reply, Session

_logger = logging.getLogger("tap-stripe-apex")

T = TypeVar("T", bound=Listed)
R = TypeVar("R")

_LOOK_BACK: Final = 10 * PAGE_SIZE
"""The most objects of one second that are remembered to recognise one that comes again."""


class Page(msgspec.Struct, Generic[T]):
    """One answer of a list endpoint. https://docs.stripe.com/api/pagination"""

    data: list[T]
    has_more: bool


class OptionalExpansion(NamedTuple):
    """An expansion that needs a permission, and the warning if the key lacks it."""

    permission: str
    warning: str


class Endpoint(Generic[T]):
    """A list endpoint; any number of threads may read it.

    Args:
        session: with Stripe.
        path: such as /v1/charges.
        kind: the type that its objects are decoded into; other fields are skipped.
        what: its objects in the user's words.
        expand: fields of each object that Stripe sends whole instead of as an id.
        optional: those of `expand` that are left out if the key lacks a permission.
        params: further filters, such as the types of events.
    """

    def __init__(
        self,
        session: Session,
        path: str,
        kind: type[T],
        *,
        what: str,
        expand: Sequence[str] = (),
        optional: Mapping[str, OptionalExpansion] | None = None,
        params: Params = (),
    ) -> None:
        self.session: Final = session
        self.path: Final = path
        self.what: Final = what
        self._params: Final = tuple(params)
        self._expand = tuple(expand)
        self._optional: Final = dict(optional or {})
        self._answered = False
        self._first: Final = threading.Lock()
        self._lock: Final = threading.Lock()
        self._decode_page: Callable[[bytes], Page[T]] = json_decoder(Page[kind])  # type: ignore[valid-type]
        self._decode_one: Callable[[bytes], T] = json_decoder(kind)

    def page(
        self,
        filters: Iterable[tuple[str, str | int]] = (),
        *,
        after: Sequence[T] = (),
        limit: int = PAGE_SIZE,
    ) -> Reply[Page[T]]:
        """One page, newest first. It is not empty if Stripe says that there is more.

        Args:
            filters: which objects, such as created[gte].
            after: the objects of this list that were read before, newest first; the page begins
                after the last of them.
            limit: the most objects on the page.
        """
        params = [("limit", limit), *self._params, *filters]
        if after:
            params.append(("starting_after", after[-1].id))

        def decode(body: bytes) -> Page[T]:
            page = self._decode_page(body)
            _check_progress(page, after)
            return page

        return self._get(self.path, params, "data.", decode)

    def pages(self, filters: Iterable[tuple[str, str | int]]) -> Iterator[list[T]]:
        """All pages, newest first."""
        filters = tuple(filters)
        read: list[T] = []
        while True:
            page = self.page(filters, after=read).content
            yield page.data
            if not page.has_more:
                return
            # Of what was read before, only what was created in the cursor's second can come again
            # unnoticed.
            second = page.data[-1].created
            read = [item for item in (*read, *page.data) if item.created == second]

    def one(self, id_: str) -> T | None:
        """The object with this id; None if there is none."""
        try:
            return self._get(f"{self.path}/{id_}", (), "", self._decode_one).content
        except InvalidRequestError as exc:
            if exc.code == "resource_missing":
                return None
            raise

    @property
    def expanded(self) -> frozenset[str] | None:
        """The fields that Stripe expands; None before the first answer, which shows them."""
        return frozenset(self._expand) if self._answered else None

    def _get(
        self, path: str, params: Params, prefix: str, decode: Callable[[bytes], R]
    ) -> Reply[R]:
        """Read with all expansions, and again without those that the key has no permission for."""
        if self._answered:
            return self._get_allowed(path, params, prefix, decode)
        with self._first:  # one request finds out; the others wait for it
            return self._get_allowed(path, params, prefix, decode)

    def _get_allowed(
        self, path: str, params: Params, prefix: str, decode: Callable[[bytes], R]
    ) -> Reply[R]:
        def read(expand: Sequence[str]) -> Reply[R]:
            expanded = [("expand[]", prefix + field) for field in expand]
            return self.session.get(path, (*params, *expanded), decode, what=self.what)

        expand = self._expand
        try:
            reply = read(expand)
        except PermissionDeniedError as exc:
            allowed = [field for field in expand if not self._may_be_why(exc, field)]
            if len(allowed) == len(expand):
                raise
            reply = read(allowed)  # this raises if another permission is missing
            self._do_without(set(expand).difference(allowed))
        self._answered = True
        return reply

    def _may_be_why(self, exc: PermissionDeniedError, field: str) -> bool:
        optional = self._optional.get(field)
        return optional is not None and exc.permission in {optional.permission, None}

    def _do_without(self, refused: set[str]) -> None:
        with self._lock:
            for field in refused & set(self._expand):
                _logger.warning("%s", self._optional[field].warning)
            self._expand = tuple(field for field in self._expand if field not in refused)

    def windows(
        self, windows: Iterable[Window], per_second: float | None = None
    ) -> Iterator[tuple[Window, list[T]]]:
        """List windows; yields slices, oldest first, each with its objects oldest first.

        Args:
            windows: of creation.
            per_second: a first guess of objects per second.
        """
        slices: Slices[T] = Slices(windows, per_second)

        def fetch(request: PageRequest[T]) -> Callable[[], None]:
            page = self._slice_page(request)
            return partial(slices.answer, request, page.data, has_more=page.has_more)

        yield from Pool(slices, fetch, self.session.limiter).results()

    def _slice_page(self, request: PageRequest[T]) -> Page[T]:
        start, end = request.window
        filters = created_filter(gte=start, lt=end)
        read = request.read
        while True:
            try:
                return self.page(filters, after=read).content
            except InvalidRequestError as exc:
                if exc.code != "resource_missing" or not read:
                    raise
            # A customer that was deleted in the meantime cannot be a cursor; the one before it may
            # be.
            read = read[:-1]


def _check_progress(page: Page[T], read: Sequence[T]) -> None:
    """Refuse a page after which the listing could not continue.

    Raises:
        msgspec.ValidationError: it has nothing although more is to come, or what was read before.
    """
    if page.has_more and not page.data:
        raise msgspec.ValidationError("a page has no data, and yet there is more")
    if not read or not page.data:
        return
    second = read[-1].created
    last = takewhile(lambda item: item.created == second, islice(reversed(read), _LOOK_BACK))
    before = {item.id for item in last}
    if any(item.created > second or item.id in before for item in page.data):
        raise msgspec.ValidationError("a page does not get further than the one before")
