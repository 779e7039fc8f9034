"""What can go wrong between a client and Stripe, to order."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stripe_simulator.errors import ApiError, rate_limited, server_error
from stripe_simulator.keys import expired, presented


class FaultKind(StrEnum):
    """The first three are answered instead of the request; the others spoil its answer.

    The request of a spoilt answer was carried out: a token that it exchanged is spent. `DRIP` sends
    a byte now and then, `FLOOD` a hundred megabytes; a `SHORT_PAGE` holds less than it could, an
    `EMPTY_PAGE` nothing, and both say that there is more; `SAME_PAGE` ignores the
    cursor; `HALF_CHARACTERS` cuts every character beyond U+FFFF in half.
    """

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    EXPIRED_KEY = "expired_key"
    RESET = "reset"
    RESET_IN_BODY = "reset_in_body"
    TRUNCATED = "truncated"
    GARBAGE = "garbage"
    HANG = "hang"
    DRIP = "drip"
    FLOOD = "flood"
    SHORT_PAGE = "short_page"
    EMPTY_PAGE = "empty_page"
    SAME_PAGE = "same_page"
    HALF_CHARACTERS = "half_characters"


_SHORT = 37
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and the requests that it strikes.

    Args:
        kind: what goes wrong.
        nth: the first request that is struck, counted from 1 among those whose path begins
            with `path`, from when the fault was injected.
        times: how many requests in a row are struck.
        path: `/v1/events`, say; every path by default.
        status: of a server error.
        reason: `Stripe-Rate-Limited-Reason`; None is a lock time-out.
        headers: sent besides, such as `Stripe-Should-Retry`.
    """

    kind: FaultKind
    nth: int = 1
    times: int = 1
    path: str = "/"
    status: int = 500
    reason: str | None = "endpoint-rate"
    headers: Mapping[str, str] = field(default_factory=dict)

    def refusal(self, authorization: str | None) -> ApiError | None:
        """The error that is answered instead of the request, if this is such a fault."""
        match self.kind:
            case FaultKind.RATE_LIMITED:
                error = rate_limited(self.reason)
            case FaultKind.SERVER_ERROR:
                error = server_error(self.status)
            case FaultKind.EXPIRED_KEY:
                error = expired(presented(authorization) or "")
            case _:
                return None
        error.headers.update(self.headers)
        return error

    def asked(self, query: str) -> str:
        """The query as it arrives."""
        if self.kind is not FaultKind.SAME_PAGE:
            return query
        return "&".join(part for part in query.split("&") if not part.startswith("starting_after="))

    def answered(self, body: bytes) -> bytes:
        """The body as it is sent."""
        match self.kind:
            case FaultKind.FLOOD:
                return body + b" " * 100_000_000
            case FaultKind.SHORT_PAGE:
                return _page(body, _SHORT)
            case FaultKind.EMPTY_PAGE:
                return _page(body, 0)
            case FaultKind.HALF_CHARACTERS:
                text = _BEYOND.sub(lambda match: _first_half(match[0]), body.decode())
                return text.encode()
            case _:
                return body


def _page(body: bytes, most: int) -> bytes:
    """A page of `most` objects; it says that there is more, if it leaves any out or has none.

    What is no page stays as it is.
    """
    page = json.loads(body)
    if "has_more" not in page:
        return body
    more = page["has_more"] or len(page["data"]) > most or not most
    cut = page | {"data": page["data"][:most], "has_more": more}
    return json.dumps(cut, ensure_ascii=False).encode()


def _first_half(character: str) -> str:
    """The escape of the first surrogate."""
    return json.dumps(character)[1:7]


class Faults:
    """The faults that are waiting for their request."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._waiting: list[tuple[Fault, list[int]]] = []
        for fault in faults:
            self.inject(fault)

    def inject(self, fault: Fault) -> None:
        """Count this fault's requests from now on."""
        self._waiting.append((fault, [0]))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._waiting.clear()

    def strike(self, path: str) -> Fault | None:
        """Count a request; the fault that strikes it, the earliest injected one if several do."""
        struck = None
        for fault, seen in self._waiting:
            if path.startswith(fault.path):
                seen[0] += 1
                if struck is None and fault.nth <= seen[0] < fault.nth + fault.times:
                    struck = fault
        self._waiting = [(f, n) for f, n in self._waiting if n[0] < f.nth + f.times - 1]
        return struck
