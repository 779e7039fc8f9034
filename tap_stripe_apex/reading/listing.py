"""One list endpoint: pages, single objects, and whole windows with many requests in flight."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

import msgspec

from tap_stripe_apex.errors import InvalidRequestError, PermissionDeniedError
from tap_stripe_apex.reading.slices import PAGE_SIZE, Listed, PageRequest, Slices
from tap_stripe_apex.reading.windows import created_filter
from tap_stripe_apex.wire.session import json_decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tap_stripe_apex.reading.windows import Window
    from tap_stripe_apex.wire.session import Params, Reply, Session

_logger = logging.getLogger("tap-stripe-apex")

T = TypeVar("T", bound=Listed)
R = TypeVar("R")


class Page(msgspec.Struct, Generic[T]):
    """One answer of a list endpoint. https://docs.stripe.com/api/pagination"""

    data: list[T]
    has_more: bool


class OptionalExpansion(NamedTuple):
    """An expansion that a key need not have: Stripe's name of its permission, and a warning."""

    permission: str
    warning: str


class Endpoint(Generic[T]):
    """A list endpoint, read by any number of threads.

    Args:
        session: how it is reached.
        path: such as /v1/charges.
        kind: the type of its objects; fields that it lacks are not decoded.
        what: its objects in the user's words.
        expand: fields of each object that Stripe sends whole instead of as an id.
        optional: of these, the ones to do without if the key lacks the permission, by Stripe's
            name of it; and what is then lost.
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
        self, filters: Iterable[tuple[str, str | int]] = (), *, limit: int = PAGE_SIZE
    ) -> Reply[Page[T]]:
        """One page, newest first."""
        params = [("limit", limit), *self._params, *filters]
        return self._get(self.path, params, "data.", self._decode_page)

    def one(self, id_: str) -> T | None:
        """One object, or None if there is none with this id."""
        try:
            return self._get(f"{self.path}/{id_}", (), "", self._decode_one).content
        except InvalidRequestError as exc:
            if exc.code == "resource_missing":
                return None
            raise

    @property
    def expanded(self) -> frozenset[str] | None:
        """What Stripe sends whole; None before its first answer, which tells what the key may."""
        return frozenset(self._expand) if self._answered else None

    def _get(
        self, path: str, params: Params, prefix: str, decode: Callable[[bytes], R]
    ) -> Reply[R]:
        """Read, and once more with less where the key may not see all that is expanded."""
        if self._answered:
            return self._get_allowed(path, params, prefix, decode)
        with self._first:  # one refusal is enough to know; the others wait
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
            reply = read(allowed)  # which raises where something else was not allowed
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
        """The windows in slices, oldest first, each with its objects oldest first.

        Args:
            windows: what to list.
            per_second: a first guess of objects per second.
        """
        slices: Slices[T] = Slices(windows, per_second)
        yield from _Workers(slices, self._slice_page, self.session).run()

    def _slice_page(self, request: PageRequest[T]) -> Page[T]:
        start, end = request.window
        filters = created_filter(gte=start, lt=end)
        if not request.starting_after:
            return self.page(filters).content
        try:
            return self.page([*filters, ("starting_after", request.starting_after)]).content
        except InvalidRequestError as exc:
            if exc.code != "resource_missing":
                raise
        return self._page_after_a_deleted_one(filters, request)

    def _page_after_a_deleted_one(self, filters: Params, request: PageRequest[T]) -> Page[T]:
        """A customer that was deleted meanwhile is no cursor any more; one before it may be."""
        known = [item.id for item in request.slice.items]
        for cursor in (*reversed(known[:-1]), None):
            after = [("starting_after", cursor)] if cursor else []
            try:
                page = self.page([*filters, *after]).content
            except InvalidRequestError as exc:
                if exc.code != "resource_missing" or cursor is None:
                    raise
            else:
                break
        return Page([item for item in page.data if item.id not in known], page.has_more)


class _Workers(Generic[T]):
    """Threads that fetch what `slices` asks for, and hand over what is complete."""

    def __init__(
        self,
        slices: Slices[T],
        fetch: Callable[[PageRequest[T]], Page[T]],
        session: Session,
    ) -> None:
        self._slices = slices
        self._fetch = fetch
        self._limiter = session.limiter
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        """The thread that reads waits for this."""
        self._useful = threading.Condition(self._lock)
        """A worker with nothing to fetch waits for this; who finds something wakes the next."""
        self._error: BaseException | None = None
        self._stopped = False

    def run(self) -> Iterator[tuple[Window, list[T]]]:
        threads: list[threading.Thread] = []
        try:
            while True:
                with self._lock:
                    while not (ready := self._slices.take()):
                        if self._error:
                            raise self._error
                        if self._slices.finished:
                            return
                        while len(threads) < self._limiter.in_flight:
                            threads.append(threading.Thread(target=self._work, daemon=True))
                            threads[-1].start()
                        self._answered.wait()
                    self._useful.notify()
                yield ready
        finally:
            with self._lock:
                self._stopped = True
                self._useful.notify_all()
            for thread in threads:
                thread.join(timeout=1)  # one that hangs in a request ends with the process

    def _next(self) -> PageRequest[T] | None:
        """The page to fetch, as soon as there is one and another request is useful."""
        with self._lock:
            while not (self._stopped or self._error or self._slices.finished):
                if self._slices.in_flight < self._limiter.in_flight:
                    request = self._slices.ask()
                    if request:
                        self._useful.notify()
                        return request
                self._useful.wait()
        return None

    def _work(self) -> None:
        while request := self._next():
            try:
                page = self._fetch(request)
            except BaseException as exc:  # noqa: BLE001 - raised again by the thread that reads
                with self._lock:
                    self._error = exc
                    self._answered.notify()
                return
            with self._lock:
                self._slices.answer(request, page.data, has_more=page.has_more)
                self._answered.notify()
