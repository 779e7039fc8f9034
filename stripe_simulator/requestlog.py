"""A log of the requests, for tests that count them."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

KEPT = 200_000


class LoggedRequest(NamedTuple):
    """A request and its status; 0 if it is not answered yet, or never will be."""

    method: str
    path: str
    query: str
    status: int = 0


class RequestLog:
    """The latest requests, oldest first."""

    def __init__(self) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=KEPT)

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(tuple(self._requests))

    def add(self, request: LoggedRequest) -> None:
        """Log a request."""
        self._requests.append(request)

    def clear(self) -> None:
        """Remove all requests from the log."""
        self._requests.clear()

    def count(self, path: str = "/", *, status: int | None = None) -> int:
        """The number of requests whose path begins with `path`, with that status if it is given."""
        return sum(
            request.path.startswith(path) and status in {None, request.status}
            for request in self._requests
        )
