"""Fault injection: what can go wrong between a client and Stripe."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stripe_simulator.errors import ApiError, rate_limited, server_error
from stripe_simulator.keys import expired, presented


class FaultKind(StrEnum):
    """The first three replace the answer with an error; the others damage the answer.

    The request of a damaged answer was carried out: a token that it exchanged is used up. `DRIP`
    sends one byte at a time, `FLOOD` a hundred megabytes; a `SHORT_PAGE` holds fewer objects than
    it could, an `EMPTY_PAGE` none, and both say that there are more; `SAME_PAGE` ignores the
    cursor; `HALF_CHARACTERS` sends only half of each surrogate pair (characters above U+FFFF).
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
    """A fault and the requests that it affects.

    Args:
        kind: what goes wrong.
        nth: the first request that is affected, counted from 1 among those whose path begins
            with `path`, since the fault was injected.
        times: how many requests in a row are affected.
        path: the prefix of the path, such as `/v1/events`; every path by default.
        status: the status of a server error.
        reason: the `Stripe-Rate-Limited-Reason`; None stands for a lock timeout.
        headers: additional headers, such as `Stripe-Should-Retry`.
    """

    kind: FaultKind
    nth: int = 1
    times: int = 1
    path: str = "/"
    status: int = 500
    reason: str | None = "endpoint-rate"
    headers: Mapping[str, str] = field(default_factory=dict)

    def refusal(self, authorization: str | None) -> ApiError | None:
        """The error that replaces the answer, if this is such a fault."""
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
        """The query string as this fault lets it arrive."""
        if self.kind is not FaultKind.SAME_PAGE:
            return query
        return "&".join(part for part in query.split("&") if not part.startswith("starting_after="))

    def answered(self, body: bytes) -> bytes:
        """The body as this fault lets it be sent."""
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
    """A page of at most `most` objects; `has_more` is true if it leaves any out or is empty.

    What is no page stays as it is.
    """
    page = json.loads(body)
    if "has_more" not in page:
        return body
    more = page["has_more"] or len(page["data"]) > most or not most
    cut = page | {"data": page["data"][:most], "has_more": more}
    return json.dumps(cut, ensure_ascii=False).encode()


def _first_half(character: str) -> str:
    """The JSON escape of a character's first surrogate."""
    return json.dumps(character)[1:7]


class Faults:
    """The faults that are injected and wait for their requests."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._waiting: list[tuple[Fault, list[int]]] = []
        for fault in faults:
            self.inject(fault)

    def inject(self, fault: Fault) -> None:
        """Add a fault; its requests are counted from now on."""
        self._waiting.append((fault, [0]))

    def clear(self) -> None:
        """Remove all faults."""
        self._waiting.clear()

    def strike(self, path: str) -> Fault | None:
        """Count a request; returns the fault that affects it, the earliest of several."""
        struck = None
        for fault, seen in self._waiting:
            if path.startswith(fault.path):
                seen[0] += 1
                if struck is None and fault.nth <= seen[0] < fault.nth + fault.times:
                    struck = fault
        self._waiting = [(f, n) for f, n in self._waiting if n[0] < f.nth + f.times - 1]
        return struck
