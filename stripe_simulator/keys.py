"""Authentication and permissions: restricted keys, secret keys and access tokens."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from stripe_simulator.errors import AuthenticationError, PermissionDeniedError

DEFAULT_KEY = "rk_test_simulated"
DEFAULT_SECRET_KEY = "sk_test_simulated"  # noqa: S105 - the simulated account's, no secret


class Permission(StrEnum):
    """The permissions of restricted keys, by Stripe's names."""

    CHARGES = "charge_read"
    CUSTOMERS = "customer_read"
    REFUNDS = "refund_read"
    DISPUTES = "dispute_read"
    BALANCE_TRANSACTIONS = "balance_transaction_read"
    CHECKOUT_SESSIONS = "checkout_session_read"
    PROMOTION_CODES = "promotion_code_read"
    EVENTS = "event_read"

    @property
    def label(self) -> str:
        """The permission's name in the Dashboard: `Charges Read`."""
        return self.name.replace("_", " ").title() + " Read"


ALL: frozenset[Permission] = frozenset(Permission)


@dataclass(frozen=True, slots=True)
class Key:
    """A key or an access token.

    Args:
        value: the text that clients send.
        permissions: what the key may read; everything by default.
        expires_at: the epoch second of the account's clock from which the key is refused as
            expired.
        wording: which of Stripe's two wordings a refusal has.
    """

    value: str
    permissions: frozenset[Permission] = ALL
    expires_at: int | None = None
    wording: Literal["rak", "label"] = "rak"

    def require(self, permission: Permission, account_id: str) -> None:
        """Raise PermissionDeniedError, in Stripe's words, unless the key has the permission."""
        if permission in self.permissions:
            return
        if self.wording == "rak":
            message = (
                f"The provided key '{masked(self.value)}' does not have the required permissions "
                f"for this endpoint on account '{account_id}'. Having the 'rak_{permission}' "
                "permission would allow this request to continue."
            )
        else:
            message = (
                f"The API key '{masked(self.value)}' does not have access to this resource. "
                f"Enabling \"{permission.label}\" ('{permission}') permissions on this key would "
                "allow this request to continue."
            )
        raise PermissionDeniedError(message)


class Keyring:
    """The keys of an account; they may be added, revoked and expired while it is served."""

    def __init__(self, keys: Iterable[Key | str] = ()) -> None:
        self._keys: dict[str, Key] = {}
        for key in keys:
            self.add(key)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def add(self, key: Key | str) -> Key:
        """Add a key; a key that is given as a string gets every permission."""
        key = Key(key) if isinstance(key, str) else key
        self._keys[key.value] = key
        return key

    def revoke(self, value: str) -> None:
        """Remove a key: it is invalid from now on."""
        self._keys.pop(value, None)

    def expire(self, value: str) -> None:
        """Refuse a key as expired from now on."""
        self._keys[value] = replace(self._keys[value], expires_at=0)

    def authenticate(self, authorization: str | None, now: int) -> Key:
        """The key of an `Authorization` header; raises AuthenticationError in Stripe's words."""
        value = presented(authorization)
        if not value:
            raise AuthenticationError(
                "You did not provide an API key. You need to provide your API key in the "
                "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
                "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, "
                "or we can help at https://support.stripe.com/.",
            )
        key = self._keys.get(value)
        if key is None:
            raise AuthenticationError(f"Invalid API Key provided: {masked(value)}")
        if key.expires_at is not None and key.expires_at <= now:
            raise expired(value)
        return key


def expired(value: str) -> AuthenticationError:
    """The error for a key or token that has expired."""
    return AuthenticationError(f"Expired API Key provided: {masked(value)}", code="api_key_expired")


def presented(authorization: str | None) -> str | None:
    """The key in a `Bearer` header, or the user name in a `Basic` one: Stripe takes both."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(value, validate=True).decode().partition(":")[0]
        except (Base64Error, UnicodeDecodeError):
            return None
    return None


def masked(value: str) -> str:
    """A key as Stripe shows it in messages: its kind and its last four characters."""
    kind = re.match(r"[a-z]+_(?:(?:live|test)_)?", value)
    prefix = kind[0] if kind else ""
    rest = value[len(prefix) :]
    return f"{prefix}{'*' * max(len(rest) - 4, 4)}{rest[-4:]}"
