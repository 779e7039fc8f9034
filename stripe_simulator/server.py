"""The HTTP server of a simulated account, on 127.0.0.1."""

import asyncio
import gzip
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import format_datetime

from aiohttp import web

from stripe_simulator.account import Account
from stripe_simulator.admin import administer
from stripe_simulator.api import Answer, Request
from stripe_simulator.errors import ApiError, rate_limited
from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import DEFAULT_KEY, DEFAULT_SECRET_KEY, Key
from stripe_simulator.limits import Limits
from stripe_simulator.oauth import StripeApp
from stripe_simulator.requestlog import LoggedRequest
from stripe_simulator.state import RequestHook, State

HOST = "127.0.0.1"
ADMIN = "/_simulator/"
_GARBAGE = b"<html><head><title>Bad gateway</title></head><body>nginx</body></html>"
_RESET = struct.pack("ii", 1, 0)  # with no time to linger, closing sends a reset
_FOREVER = 24 * 60 * 60
_GRACE = 0.2
_BETWEEN_DROPS = 0.05


class Simulator(State):
    """A `State` that answers over HTTP, with the same arguments.

    `url` is its address once it has started; `failure` is an error that `on_request` raised.
    """

    url = ""
    failure: BaseException | None = None
    _runner: web.ServerRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on a port, by default on any free one; `url` has its number."""
        server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_GRACE)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port, backlog=1024).start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening and end requests that are in flight."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, arrived: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._respond(arrived)
        except ConnectionError:
            raise  # the client has disconnected, which is no error
        except Exception as error:
            # If a test's hook fails, the test must fail, whatever the client does about a 500.
            self.failure = error
            raise

    async def _respond(self, arrived: web.BaseRequest) -> web.StreamResponse:
        request = Request(
            method=arrived.method,
            path=arrived.path,
            query=arrived.rel_url.raw_query_string,
            headers={name.lower(): value for name, value in arrived.headers.items()},
            body=await arrived.read(),
        )
        if request.path.startswith(ADMIN):
            with self.lock:
                return self._response(administer(self, request))
        with self.limiter.request(request.method, request.path) as reason:
            fault = self.faults.strike(request.path)
            if self.latency:
                await asyncio.sleep(self.latency)
            if fault is not None:
                request = replace(request, query=fault.asked(request.query))
            answer = self._answer(request, fault, reason)
            if fault is None:
                return self._response(answer, request)
            answer = replace(answer, body=fault.answered(answer.body))
            return await self._spoil(arrived, request, answer, fault)

    def _answer(self, request: Request, fault: Fault | None, reason: str | None) -> Answer:
        with self.lock:
            if self.on_request is not None:
                self.on_request(LoggedRequest(request.method, request.path, request.query))
            refusal: ApiError | None = None
            if fault is not None:
                refusal = fault.refusal(request.headers.get("authorization"))
            elif reason is not None:
                refusal = rate_limited(reason)
            answer = self._api.answer(request, refusal)
            self.requests.add(
                LoggedRequest(request.method, request.path, request.query, answer.status)
            )
            return answer

    async def _spoil(
        self, arrived: web.BaseRequest, request: Request, answer: Answer, fault: Fault
    ) -> web.StreamResponse:
        response = self._response(answer, request)
        body = response.body if isinstance(response.body, bytes) else b""
        match fault.kind:
            case FaultKind.RESET:
                _reset(arrived)
            case FaultKind.RESET_IN_BODY:
                await _send_half(arrived, response, body)
                _reset(arrived)
            case FaultKind.TRUNCATED:
                response.body = body[: len(body) // 2]
            case FaultKind.GARBAGE:
                response.body = _GARBAGE
            case FaultKind.HANG:
                await asyncio.sleep(_FOREVER)
            case FaultKind.DRIP:
                await _drip(arrived, response, body)
            case _:
                pass
        return response

    def _response(self, answer: Answer, request: Request | None = None) -> web.Response:
        accepted = "" if request is None else request.headers.get("accept-encoding", "")
        compress = self.gzipped and "gzip" in accepted and len(answer.body) > 256
        response = web.Response(
            status=answer.status,
            body=gzip.compress(answer.body, compresslevel=1) if compress else answer.body,
            content_type="application/json",
            headers=answer.headers,
        )
        # The account's clock, not the machine's: no client may rely on the two being equal.
        response.headers["Date"] = format_datetime(self.account.now, usegmt=True)
        response.headers["Server"] = "nginx"
        if compress:
            response.headers["Content-Encoding"] = "gzip"
        return response


@contextmanager
def serve(
    account: Account,
    *,
    keys: Iterable[Key | str] = (DEFAULT_KEY, DEFAULT_SECRET_KEY),
    app: StripeApp | None = None,
    faults: Iterable[Fault] = (),
    latency: float = 0.0,
    requests_per_second: float | None = None,
    global_requests_per_second: float | None = None,
    concurrency: int | None = None,
    gzipped: bool = False,
    on_request: RequestHook | None = None,
) -> Iterator[Simulator]:
    """A context manager that runs a `Simulator` in a thread of its own.

    At its end it raises the error that `on_request` raised, if any.
    """
    simulator = Simulator(
        account,
        keys=keys,
        app=app,
        faults=faults,
        limits=Limits(
            endpoint_rate=requests_per_second,
            global_rate=global_requests_per_second,
            concurrency=concurrency,
        ),
        latency=latency,
        gzipped=gzipped,
        on_request=on_request,
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(simulator.start(), loop).result()
        yield simulator
        if simulator.failure is not None:
            raise simulator.failure
    finally:
        asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _send_half(arrived: web.BaseRequest, response: web.Response, body: bytes) -> None:
    half = web.StreamResponse(status=response.status, headers=response.headers)
    half.content_length = len(body)
    await half.prepare(arrived)
    await half.write(body[: len(body) // 2])
    await asyncio.sleep(0.05)  # else the reset would discard bytes in the socket's buffer


async def _drip(arrived: web.BaseRequest, response: web.Response, body: bytes) -> None:
    slow = web.StreamResponse(status=response.status, headers=response.headers)
    slow.content_length = len(body)
    await slow.prepare(arrived)
    for byte in body:
        await slow.write(bytes([byte]))
        await asyncio.sleep(_BETWEEN_DROPS)


def _reset(arrived: web.BaseRequest) -> None:
    transport = arrived.transport
    if transport is not None:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
