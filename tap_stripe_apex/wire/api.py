"""Stripe's address, its API version, and its time."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tap_stripe_apex.errors import ConfigurationError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

API_VERSION: Final = "2026-10-28.endive"
"""The version whose objects the schemas describe. https://docs.stripe.com/api/versioning"""

DEFAULT_API_BASE: Final = "https://api.stripe.com"


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_api_base(api_base: str) -> str:
    """The address without its trailing slash; refused if a key must not be sent there.

    Raises:
        ConfigurationError: it is neither https nor loopback, or is no address.
    """
    try:
        parts = urlsplit(api_base)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigurationError(
            f"api_base is no server's address. Leave it out, or write it like {DEFAULT_API_BASE}."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(api_base)):
        raise ConfigurationError(
            "api_base must begin with https://, since a key is sent there; plain http:// is for "
            "this machine alone (127.0.0.1 or localhost)."
        )
    return api_base.rstrip("/")


def stripe_time(headers: Mapping[str, str]) -> int:
    """The time of a reply by Stripe's clock, in seconds since 1970; the local clock may be wrong.

    Raises:
        UnavailableError: the reply has no valid `Date` header.
    """
    try:
        return int(parsedate_to_datetime(headers["Date"]).timestamp())
    except (KeyError, ValueError, TypeError):
        raise UnavailableError(
            "The answer has no Date, by which the tap knows Stripe's time. A proxy may strip it; "
            "let the header through."
        ) from None
