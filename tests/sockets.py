"""Servers on loopback that send fixed, possibly invalid answers."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def answering(
    answer: bytes, *, every: float = 0.0, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A context manager that runs a server with a fixed answer; yields the server's address.

    Args:
        answer: the status line, the headers and the body.
        every: seconds between two bytes; 0 sends all at once.
        tls: the TLS context of an HTTPS server; None for HTTP.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if tls is None:
                send(connection)
                return
            with tls.wrap_socket(connection, server_side=True) as secure:
                send(secure)

    def send(connection: socket.socket) -> None:
        connection.recv(65_536)
        if not every:
            connection.sendall(answer)
            return
        for n in range(len(answer)):
            if ended.wait(every):
                return
            connection.sendall(answer[n : n + 1])

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=listening.accept()[:1], daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    scheme = "http" if tls is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
