"""The upper limit: fetches charges as JSON lines, concurrently and with as little code as possible.

It writes whole charges, out of order, without retries, schema, state or exact money. A tap may only
be slower by the cost of these.
"""

from __future__ import annotations

import argparse
import http.client
import io
import sys
import threading
import time
from collections import deque
from urllib.parse import urlencode, urlsplit

import msgspec

PAGE_SIZE = 100
PAGES_WORTH_SHARING = 4


class Fetcher:
    """Threads that each list a window, and give half of it to a thread that has none."""

    def __init__(self, url: str, key: str, threads: int, per_second: float) -> None:
        self._address = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {key}"}
        self._threads = threads
        self._interval = 1 / per_second
        self._next_slot = time.monotonic()
        self._windows: deque[tuple[int, int]] = deque()
        self._idle = 0
        self._changed = threading.Condition()
        self._encode = msgspec.json.Encoder().encode_lines
        # Pages are written whole even if PYTHONUNBUFFERED is set: threads must not mix them.
        self._output = io.BufferedWriter(io.FileIO(sys.stdout.fileno(), "wb", closefd=False))

    def run(self, start: int, end: int) -> None:
        """Write all charges created from `start` up to `end`."""
        self._windows.append((start, end))
        threads = [threading.Thread(target=self._work) for _ in range(self._threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._output.flush()

    def _work(self) -> None:
        connection = http.client.HTTPConnection(self._address)
        while window := self._take():
            self._list(connection, *window)

    def _take(self) -> tuple[int, int] | None:
        with self._changed:
            self._idle += 1
            self._changed.notify_all()
            while not self._windows and self._idle < self._threads:
                self._changed.wait()
            if not self._windows:
                return None
            self._idle -= 1
            return self._windows.popleft()

    def _list(self, connection: http.client.HTTPConnection, start: int, end: int) -> None:
        params = {"limit": PAGE_SIZE, "expand[]": "data.customer", "created[lt]": end}
        read = 0
        while True:
            params["created[gte]"] = start
            self._pace()
            connection.request("GET", f"/v1/charges?{urlencode(params)}", headers=self._headers)
            response = connection.getresponse()
            body = response.read()
            assert response.status == 200, body
            page = msgspec.json.decode(body)
            own = [charge for charge in page["data"] if charge["created"] >= start]
            paid = [charge for charge in own if charge["status"] == "succeeded"]
            self._output.write(self._encode(paid))
            if not page["has_more"] or len(own) < len(page["data"]):
                return
            read += len(own)
            params["starting_after"] = own[-1]["id"]
            reached = own[-1]["created"]
            start = self._share(start, reached, read / (end - reached))

    def _share(self, start: int, reached: int, per_second: float) -> int:
        """Give away the older half of a window; returns the window's new start."""
        pages_left = (reached - start) * per_second / PAGE_SIZE
        middle = (start + reached) // 2
        with self._changed:
            if len(self._windows) >= self._idle or pages_left < PAGES_WORTH_SHARING:
                return start
            self._windows.append((start, middle))
            self._changed.notify()
        return middle

    def _pace(self) -> None:
        with self._changed:
            slot = max(self._next_slot, time.monotonic() - 3 * self._interval)
            self._next_slot = slot + self._interval
        time.sleep(max(0.0, slot - time.monotonic()))


def main() -> None:
    """Write the charges of a range to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("start", type=int, help="seconds since 1970")
    parser.add_argument("end", type=int, help="seconds since 1970, excluded")
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--per-second", type=float, default=1e6, help="requests")
    args = parser.parse_args()
    fetcher = Fetcher(args.url, args.key, args.in_flight, args.per_second)
    fetcher.run(args.start, args.end)


if __name__ == "__main__":
    main()
