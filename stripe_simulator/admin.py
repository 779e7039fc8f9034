"""The control endpoints for tests and benchmarks whose simulator is a separate process.

GET    /_simulator/            the clock and the number of objects
GET    /_simulator/ledger      the ledger; `?start=&end=` (epoch seconds), `?totals` without charges
GET    /_simulator/requests    the number of requests, and each request unless `?totals`
DELETE /_simulator/requests    reset the count
POST   /_simulator/advance     `{"seconds": 3600}` or `{"to": "2026-12-01T00:00:00Z"}`
POST   /_simulator/latency     `{"seconds": 0.12}`
POST   /_simulator/faults      a `Fault`: `{"kind": "reset", "nth": 3, "path": "/v1/charges"}`
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec

from stripe_simulator.api import Answer, Request
from stripe_simulator.book import InvalidOperationError
from stripe_simulator.faults import Fault
from stripe_simulator.resources import RESOURCES
from stripe_simulator.state import State


class _Advance(msgspec.Struct, forbid_unknown_fields=True):
    seconds: int = 0
    to: datetime | None = None


class _Latency(msgspec.Struct, forbid_unknown_fields=True):
    seconds: float


def administer(state: State, request: Request) -> Answer:
    """Answer a request to `/_simulator/`."""
    try:
        status, found = 200, _answer(state, request)
    except (msgspec.ValidationError, msgspec.DecodeError, InvalidOperationError) as error:
        status, found = 400, {"error": str(error)}
    if found is None:
        status, found = 404, {"error": f"No such operation: {request.method} {request.path}"}
    return Answer(status, msgspec.json.encode(found), {})


def _answer(state: State, request: Request) -> Any:
    asked = parse_qs(request.query, keep_blank_values=True)
    account = state.account
    match request.method, request.path.removeprefix("/_simulator/"):
        case "GET", "":
            counts = {name: len(each.collection(account)) for name, each in RESOURCES.items()}
            return {"now": account.now, **counts}
        case "GET", "ledger":
            ledger = account.ledger(_time(asked, "start"), _time(asked, "end"))
            return {"totals": ledger.totals} if "totals" in asked else ledger
        case "GET", "requests":
            most = state.limiter.most_in_flight
            counted = {"count": len(state.requests), "most_in_flight": most}
            each = [] if "totals" in asked else [entry._asdict() for entry in state.requests]
            return counted | {"requests": each}
        case "DELETE", "requests":
            state.requests.clear()
            return {"count": 0}
        case "POST", "advance":
            wanted = msgspec.json.decode(request.body, type=_Advance)
            account.advance_to_epoch(account.now_epoch + wanted.seconds)
            if wanted.to is not None:
                account.advance_to(wanted.to)
            return {"now": account.now}
        case "POST", "latency":
            state.latency = msgspec.json.decode(request.body, type=_Latency).seconds
            return {"seconds": state.latency}
        case "POST", "faults":
            fault = msgspec.json.decode(request.body, type=Fault)
            state.faults.inject(fault)
            return fault
        case _:
            return None


def _time(asked: dict[str, list[str]], name: str) -> datetime | None:
    if name not in asked:
        return None
    return datetime.fromtimestamp(msgspec.convert(asked[name][0], int, strict=False), UTC)
