"""The errors of the tap, grouped by how a user recovers from them.

TapError
├── ConfigurationError          change a setting
│   └── CredentialError         change the key or connect again
│       └── NotConnectedError   connect: there is no key and no token
├── UnknownCurrencyError        update the package
└── StripeError                 Stripe answered, or did not
    ├── AuthenticationError     401: make a new key or connect again
    │   └── ExpiredTokenError   401 on an OAuth token: it is refreshed once, then connect again
    ├── PermissionDeniedError   403: grant the permission
    ├── InvalidRequestError     another 4xx: a bug of ours or an object that is gone
    ├── RateLimitedError        429 for longer than the retries last
    └── UnavailableError        5xx, no connection, or an answer that cannot be read

Every message is one line that says what is wrong and what to do. None holds a key, a token or
an email.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from unicodedata import category

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS_URL: Final = "https://dashboard.stripe.com/apikeys"

_SECRETS = re.compile(
    r"\b((?:rk|sk|pk|uk)_(?:live|test)_|sk_org_(?:live|test)_|rt_|ac_|whsec_)[A-Za-z0-9_*]+"
)
_EMAILS = re.compile(r"(?<![^\s@'\"<>])(?:(?!%40)[^\s@'\"<>])++(?:@|%40)[^\s@'\"<>]+\.[^\s@'\"<>]+")
"""Matches only begin at the start of a word, so that the time grows linearly with the text."""

_LONGEST = 4_000
"""The most characters of a message; it may quote a setting, which may be of any length."""


def printable(text: str) -> str:
    """A line without control characters, and without those that change the direction of text."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or category(sign) == "Zs" else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )


def redact(text: str) -> str:
    """`text` in one printable line, without anything shaped like a key, a token or an email."""
    text = printable(" ".join(text.split()))
    text = _SECRETS.sub(lambda match: f"{match[1]}****", text)
    text = _EMAILS.sub("****@****", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


class TapError(Exception):
    """Base of all errors that a user can do something about."""


class ConfigurationError(TapError):
    """A setting is missing, unknown or makes no sense."""


class CredentialError(ConfigurationError):
    """The key or token cannot be right, seen without asking Stripe."""


class NotConnectedError(CredentialError):
    """There is neither a key nor a token."""


class UnknownCurrencyError(TapError):
    """Stripe sent a currency whose minor units are not known."""

    def __init__(self, currency: str) -> None:
        super().__init__(
            f"Stripe sent the currency {currency!r}, whose decimals this version does not know and "
            "does not guess: update tap-stripe-apex, or report the currency."
        )


class StripeError(TapError):
    """Stripe refused a request or could not be reached."""

    date: int | None = None
    """Stripe's time of the refusal, in seconds since 1970; None where nothing was answered."""


class AuthenticationError(StripeError):
    """Stripe does not accept the key."""


class ExpiredTokenError(AuthenticationError):
    """Stripe no longer accepts the access token or key, which was good before."""


class PermissionDeniedError(StripeError):
    """The key lacks a permission.

    Attributes:
        problem: which credential cannot read what, as a clause without a full stop.
        remedy: how to grant the permission, likewise.
        permission: Stripe's name of it, where it was told.
    """

    def __init__(
        self, problem: str, remedy: str, suffix: str, permission: str | None = None
    ) -> None:
        super().__init__(
            f"{problem[0].upper()}{problem[1:]}. {remedy[0].upper()}{remedy[1:]}, or turn off what "
            f"needs it.{suffix}"
        )
        self.problem = problem
        self.remedy = remedy
        self.permission = permission


class InvalidRequestError(StripeError):
    """Stripe cannot serve the request as it is; `code` is Stripe's, such as resource_missing."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class RateLimitedError(StripeError):
    """Stripe kept answering 429."""


class UnavailableError(StripeError):
    """Stripe could not be reached, or its answers could not be read."""


@dataclass(frozen=True, slots=True)
class _ErrorBody:
    """The part of Stripe's error body that matters. https://docs.stripe.com/api/errors"""

    code: str | None = None
    message: str = ""


def _parse_error_body(body: bytes) -> _ErrorBody:
    """Code and message of an error reply; empty if the body is not Stripe's."""
    try:
        error: Any = msgspec.json.decode(body)["error"]
        if isinstance(error, str):  # the OAuth endpoint's form: RFC 6749, section 5.2
            described: Any = msgspec.json.decode(body).get("error_description")
            return _ErrorBody(error, described if isinstance(described, str) else "")
        return _ErrorBody(error.get("code") or error.get("type"), error.get("message") or "")
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return _ErrorBody()


# Stripe words it in two ways: Having the 'rak_charge_read' permission would allow ...;
# Enabling "Charges Read" ('charge_read') permissions on this key ...
_PERMISSION = re.compile(r"'(?:rak_)?([a-z_]+?)_(read|write)'")

_GRANTS = {
    "charge": ("charges", "Charges: Read"),
    "failed charges": ("charges", "Charges: Read"),
    "customer": ("customers", "Customers: Read"),
    "event": ("events", "Events: Read"),
    "dispute": ("disputes", "Disputes: Read"),
    "refund": ("refunds", "Refunds: Read"),
    "checkout_session": ("checkout sessions", "Checkout Sessions: Read"),
    "promotion_code": ("promotion codes", "Promotion Codes: Read"),
    "balance_transaction": ("balance transactions", "Balance Transactions: Read"),
    "balance_transaction_source": ("balance transactions", "Balance transaction sources: Read"),
}
"""By Stripe's permission, or our name of what is read: its purpose, and the Dashboard's name."""


def from_reply(
    status: int, body: bytes, headers: Mapping[str, str], *, what: str, oauth: bool = False
) -> StripeError:
    """The error that a reply of Stripe's means, in words that say what to do.

    Args:
        status: the HTTP status, 400 or more.
        body: the reply's body, JSON or not.
        headers: the reply's headers, by case-insensitive name.
        what: what was read, in the user's words: "charges".
        oauth: whether the credential is an access token of a Stripe App.
    """
    error = _parse_error_body(body)
    suffix = _request(headers)
    said = redact(error.message).rstrip(".")
    if status == 401:
        if oauth:
            return ExpiredTokenError(
                "Stripe no longer accepts the access token: it expired or the app was "
                f"uninstalled. Connect again with `stripe-apex connect`.{suffix}"
            )
        if error.code == "api_key_expired":
            return ExpiredTokenError(
                "The API key has expired. Make a new restricted key in the Stripe Dashboard "
                f"({KEYS_URL}) and use it instead.{suffix}"
            )
        return AuthenticationError(
            "Invalid API key: it is malformed or was revoked. Make a new restricted key in the "
            f"Stripe Dashboard ({KEYS_URL}) and use it instead.{suffix}"
        )
    if status == 403 and error.code == "account_invalid":
        return InvalidRequestError(
            "This key has no access to the connected account, or there is no such account. Check "
            f"account_id, and that the account is still connected.{suffix}",
            error.code,
        )
    if status == 403:
        match = _PERMISSION.search(error.message)
        permission = match[1] if match else None
        thing, grant = _GRANTS.get(permission or what, (what, f"{what.capitalize()}: Read"))
        if oauth:
            return PermissionDeniedError(
                f"the Stripe App cannot read {thing}",
                f"add '{grant}' to the permissions of its manifest and install it again",
                suffix,
                permission,
            )
        return PermissionDeniedError(
            f"this key cannot read {thing}",
            f"grant '{grant}' to it in the Stripe Dashboard ({KEYS_URL})",
            suffix,
            permission,
        )
    return _unserved(status, headers, f"reading {what}", suffix) or InvalidRequestError(
        f"Stripe refused to list {what} ({status}{f': {said}' if said else ''}). "
        f"If the settings look right, report this.{suffix}",
        error.code,
    )


def from_oauth_reply(
    status: int, body: bytes, headers: Mapping[str, str], *, code: bool = False
) -> StripeError:
    """The error that a refusal of the token endpoint means.

    Args:
        status: the HTTP status, 300 or more.
        body: the reply's body, JSON or not.
        headers: the reply's headers, by case-insensitive name.
        code: whether an authorisation code was handed in, rather than a refresh token.
    """
    error = _parse_error_body(body)
    suffix = _request(headers)
    if error.code == "invalid_grant" and code:
        return AuthenticationError(
            "Stripe does not accept the code that it sent back: it was used before, or is older "
            f"than five minutes. Connect again with `stripe-apex connect`.{suffix}"
        )
    if error.code == "invalid_grant":
        return AuthenticationError(
            "Stripe no longer accepts this connection: its refresh token was used elsewhere or is "
            "a year old, or the app was uninstalled. Connect again with `stripe-apex connect`."
            f"{suffix}"
        )
    if status in {401, 403} or error.code in {"invalid_client", "unauthorized_client"}:
        return AuthenticationError(
            "Stripe does not accept the Stripe App: STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY "
            "must be of the same app, and the key its developer's secret key of the same mode "
            f"(live or test).{suffix}"
        )
    said = redact(error.message).rstrip(".") or error.code
    return _unserved(status, headers, "asking for tokens", suffix) or InvalidRequestError(
        f"Stripe gave no tokens ({status}{f': {said}' if said else ''}). Connect again with "
        f"`stripe-apex connect`; if that does not help, report this.{suffix}",
        error.code,
    )


def _unserved(
    status: int, headers: Mapping[str, str], doing: str, suffix: str
) -> StripeError | None:
    """The error of a valid request that Stripe did not serve."""
    if status == 429:
        reason = headers.get("Stripe-Rate-Limited-Reason") or "lock time-out"
        return RateLimitedError(
            f"Stripe kept limiting the rate while {doing} ({reason}). Lower "
            f"max_requests_per_second or max_concurrency, and run again.{suffix}"
        )
    if status >= 500:
        return UnavailableError(
            f"Stripe answered {status} while {doing}, again and again. See "
            f"https://status.stripe.com and run again; nothing is lost.{suffix}"
        )
    if 300 <= status < 400:
        return UnavailableError(
            f"The server at api_base answered {status} while {doing}: it sends elsewhere, where no "
            "key is ever sent. Check api_base, the network and its proxy."
        )
    return None


def _request(headers: Mapping[str, str]) -> str:
    request_id = headers.get("Request-Id")
    return f" (request {request_id})" if request_id else ""
