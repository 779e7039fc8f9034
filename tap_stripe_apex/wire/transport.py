"""HTTP in the user's network: proxies, certificate authorities, and limits for each answer.

Requests to loopback never go through a proxy. Each answer, headers included, is limited in size and
has a deadline.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.wire.api import is_loopback
from tap_stripe_apex.wire.deadline import TimelyAdapter
from tap_stripe_apex.wire.patience import Patience, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


MOST_BYTES: Final = 64 * 2**20
"""The largest answer, decompressed. A page of a hundred charges has about 300,000 bytes."""

_CHUNK: Final = 2**16

_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name the certificates of the authorities; the first one that is set counts."""

_USUAL_REMEDY: Final = "Check api_base, the network and its proxy, then run again; nothing is lost."


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer.

    Attributes:
        status: such as 200.
        headers: by case-insensitive name.
        body: decompressed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(Exception):
    """There was no complete answer.

    Args:
        problem: why, as a clause without a full stop.
        trouble: its kind; None if a retry cannot help.
        remedy: what to do.
    """

    def __init__(
        self, problem: str, trouble: Trouble | None, *, remedy: str = _USUAL_REMEDY
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.trouble = trouble
        self.remedy = remedy


class Transport:
    """Requests to one server. Used by any number of threads.

    Args:
        base: the server's address, as `check_api_base` returns it.
        patience: how long a connection and an answer may take.
        connections: the most connections that are kept open.
        headers: sent with every request.

    Raises:
        ConfigurationError: the environment names certificates that cannot be read.
    """

    def __init__(
        self,
        base: str,
        patience: Patience,
        *,
        connections: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.base: Final = base
        self._timeout: Final = (patience.connecting, patience.silence)
        self._reached = False
        self._session: Final = requests.Session()
        self._session.headers["User-Agent"] = f"tap-stripe-apex/{version('tap-stripe-apex')}"
        self._session.headers.update(headers or {})
        self._bundle = None if base.startswith("http:") else _bundle(os.environ)
        # The environment is read once instead of for each request, and a .netrc must not replace
        # the key.
        if self._bundle is not None:
            self._session.verify = os.environ[self._bundle]
        if not is_loopback(base):
            self._session.proxies = self._session.merge_environment_settings(
                base, proxies={}, stream=None, verify=None, cert=None
            )["proxies"]
        self._session.trust_env = False
        self._session.mount(base, TimelyAdapter(pool_maxsize=connections))

    def send(self, method: str, path: str, **request: Any) -> Answer:
        """The answer to a request, whatever its status; redirects are not followed.

        Args:
            method: GET or POST.
            path: such as /v1/charges.
            request: as `requests` takes it: params, data, headers, auth.

        Raises:
            NoAnswerError: there is no answer, or it does not end in time.
        """
        try:
            with self._session.request(
                method,
                self.base + path,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                **request,
            ) as response:
                self._reached = True
                body = _read(response.iter_content(_CHUNK))
        except requests.RequestException as exc:
            raise self._no_answer(exc) from exc
        return Answer(response.status_code, response.headers, body)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _no_answer(self, exc: requests.RequestException) -> NoAnswerError:
        causes = tuple(_causes(exc))
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return self._not_trusted(cause)
        if isinstance(exc, ValueError):  # an invalid address or an unknown scheme
            return NoAnswerError(
                "the address, or that of the proxy, cannot be used",
                None,
                remedy="Check api_base; correct HTTPS_PROXY and ALL_PROXY, which are like "
                "http://host:port, or unset them.",
            )
        if isinstance(exc, requests.exceptions.ContentDecodingError):
            return NoAnswerError("the answer cannot be unpacked", Trouble.UNREADABLE)
        new = any(isinstance(cause, NewConnectionError) for cause in causes)
        trouble = Trouble.UNAVAILABLE
        if not self._reached and (new or isinstance(exc, _WHILE_CONNECTING)):
            trouble = Trouble.UNREACHED
        return NoAnswerError(_problem(exc, causes), trouble)

    def _not_trusted(self, exc: ssl.SSLCertVerificationError) -> NoAnswerError:
        if self._bundle is None:
            remedy = (
                "If a proxy of your network signs with an authority of its own, name a file with "
                f"that authority's certificate in {_BUNDLES[0]} or {_BUNDLES[-1]}."
            )
        else:
            remedy = (
                f"The authorities in {self._bundle} ({os.environ.get(self._bundle, '')}) do not "
                "vouch for it: add the certificate of the one that signed it."
            )
        return NoAnswerError(
            f"its certificate was not accepted ({exc.verify_message})", None, remedy=remedy
        )


_WHILE_CONNECTING: Final = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.SSLError,
)


def _problem(exc: requests.RequestException, causes: tuple[BaseException, ...]) -> str:
    if isinstance(exc, requests.exceptions.ProxyError):
        return "the proxy did not let us through"
    if any(isinstance(cause, (requests.Timeout, ReadTimeoutError)) for cause in causes):
        return "no answer in time"
    if isinstance(exc, requests.exceptions.SSLError):
        return "the secure connection failed or broke off"
    return "the connection failed or broke off"


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """An exception and its causes: `requests` and urllib3 wrap each other's exceptions."""
    waiting, seen = [exc], set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        nested = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        waiting += [each for each in nested if isinstance(each, BaseException)]


def _read(chunks: Iterator[bytes]) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise NoAnswerError(
                f"the answer is longer than {MOST_BYTES // 2**20} MB", Trouble.UNREADABLE
            )
        parts.append(chunk)
    return b"".join(parts)


def _bundle(environ: Mapping[str, str]) -> str | None:
    """The environment variable that names the CA certificates; None if those of `certifi` are used.

    Raises:
        ConfigurationError: the file or folder that it names cannot be read.
    """
    name = next((name for name in _BUNDLES if environ.get(name)), None)
    if name is None:
        return None
    path = Path(environ[name])
    try:
        if not path.is_dir():
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError as exc:
        problem = "which is not there" if not path.exists() else "which holds no certificates"
        raise ConfigurationError(
            f"{name} is {path}, {problem}. Correct it, or unset it to use the usual authorities."
        ) from exc
    return name
