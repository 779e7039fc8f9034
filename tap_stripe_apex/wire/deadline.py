"""Connections with a deadline for each whole answer, headers included.

A timeout of `requests` only limits the time between two bytes, so a server that sends one byte
every five seconds could keep an answer going for ever. Here, the socket's reader has a deadline.
"""

from __future__ import annotations

import http.client
import io
import time
from typing import TYPE_CHECKING, Any

import urllib3
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.poolmanager import PoolManager, ProxyManager

if TYPE_CHECKING:
    import socket

    from typing_extensions import Buffer


class _Timely(io.RawIOBase):
    """The bytes of a socket, until its deadline."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, ends: float) -> None:
        self._raw = raw
        self._connection = connection
        self._ends = ends

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Buffer) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long as a whole")
        silence = self._connection.gettimeout()
        if silence is None or left < silence:
            self._connection.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimelyResponse(http.client.HTTPResponse):
    """An answer that may take at most twice the timeout between two bytes."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        silence = sock.gettimeout()
        if silence is not None:
            ends = time.monotonic() + 2 * silence
            self.fp = io.BufferedReader(_Timely(self.fp.detach(), sock, ends))


class _HTTPPool(urllib3.HTTPConnectionPool):
    def _new_conn(self) -> Any:
        return _timely(super()._new_conn())


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    def _new_conn(self) -> Any:
        return _timely(super()._new_conn())


def _timely(connection: Any) -> Any:
    connection.response_class = _TimelyResponse
    return connection


class TimelyAdapter(HTTPAdapter):
    """Makes connections with deadlines, also through a proxy."""

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use(self.poolmanager)

    @override
    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        _use(manager)
        return manager


def _use(manager: PoolManager) -> None:
    if type(manager) in {
        PoolManager,
        ProxyManager,
    }:  # a SOCKS proxy has connection classes of its own
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
