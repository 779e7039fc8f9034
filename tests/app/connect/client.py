"""A client of the page that sends only what a test asks for."""

from __future__ import annotations

import re
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from itertools import cycle
from urllib.parse import urlencode, urlsplit

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
"""The token in the page; it is random, so it may contain any three letters."""


@dataclass
class Client:
    """A minimal HTTP client, so that it sends only what a test asks for."""

    link: str
    cookie: str = ""
    answers: list[HTTPResponse] = field(default_factory=list)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    def ask(self, method: str, path: str, form=None, *, body=None, hosts=None, **headers: str):
        parts = urlsplit(self.link)
        connection = HTTPConnection(parts.hostname, parts.port, timeout=20)
        with closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for host in [parts.netloc] if hosts is None else hosts:
                connection.putheader("Host", host)
            if self.cookie:
                connection.putheader("Cookie", self.cookie)
            if form is not None:
                body = urlencode(form).encode()
                connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            if body is not None and "Transfer_Encoding" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders(body or b"")
            answer = connection.getresponse()
            is_stream = path == "/events" and answer.status == 200
            try:
                answer.text = "" if is_stream else answer.read().decode()
            except BaseException:
                answer.close()  # the answer may own the socket
                raise
            self.answers.append(answer)
        return answer

    def enter(self) -> Client:
        """Open the launch link."""
        answer = self.ask("GET", self.link.removeprefix(self.origin))
        assert answer.status == 303
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return self

    @property
    def csrf(self) -> str:
        """The token in the page's forms; waits until there is one."""
        paths = cycle(("/", "/key"))
        return next(found[1] for at in paths if (found := CSRF.search(self.ask("GET", at).text)))

    def post(self, path: str, *, csrf: str | None = None, origin: str | None = None, **form):
        form["csrf"] = self.csrf if csrf is None else csrf
        return self.ask("POST", path, form, Origin=origin or self.origin)

    def upload(self, *files: tuple[str, bytes], csrf: str | None = None, **headers: str):
        """Send files as a browser does; `csrf` is the page's token unless it is given."""
        parts = [("csrf", None, (self.csrf if csrf is None else csrf).encode())]
        parts += [("files", name, content) for name, content in files]
        headers = {"Origin": self.origin, "Content_Type": MULTIPART, **headers}
        return self.ask("POST", "/files/upload", body=multipart(parts), **headers)

    def files_page(self) -> str:
        """Wait until files are read or loaded; returns their page, or that of the sources."""
        while True:
            answer = self.ask("GET", "/files")
            if answer.status == 303:
                return self.ask("GET", "/").text
            if 'data-phase="asking"' in answer.text:
                return answer.text
            time.sleep(0.05)


MULTIPART = "multipart/form-data; boundary=limit"


def multipart(parts) -> bytes:
    """The body of a multipart form of named parts, some of which are files."""
    body = b""
    for name, file, content in parts:
        named = f'; filename="{file}"' if file is not None else ""
        head = f'--limit\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'
        body += head.encode() + b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n"
    return body + b"--limit--\r\n"


def connected(client) -> bool:
    """Whether the card says that Stripe is connected, once the connection was checked."""
    while True:
        text = client.ask("GET", "/").text
        if 'data-phase="busy"' not in text:
            return 'data-phase="connected"' in text
        time.sleep(0.05)
