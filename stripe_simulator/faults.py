"""What can go wrong between a client and Stripe, to order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stripe_simulator.errors import ApiError, rate_limited, server_error
from stripe_simulator.keys import expired, presented


class FaultKind(StrEnum):
    """The first three are answered instead of the request; the others spoil its answer.

    A spoilt answer's request was carried out: a token that it exchanged is spent.
    """

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    EXPIRED_KEY = "expired_key"
    RESET = "reset"
    RESET_IN_BODY = "reset_in_body"
    TRUNCATED = "truncated"
    GARBAGE = "garbage"
    HANG = "hang"


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
