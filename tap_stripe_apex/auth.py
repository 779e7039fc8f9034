"""Which credential is used, and whether it can be right at all.

Source: https://docs.stripe.com/keys
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tap_stripe_apex.errors import KEYS_URL, CredentialError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Credential(Protocol):
    """What the session asks for before every request. Used by many threads."""

    @property
    def oauth(self) -> bool:
        """Whether it is a token of a Stripe App rather than a key; error messages differ."""

    def token(self) -> str:
        """The secret for the Authorization header."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of the Stripe Dashboard."""

    key: str
    oauth: bool = False

    def __repr__(self) -> str:
        return "ApiKey(****)"

    def token(self) -> str:
        """The key itself."""
        return self.key


_MAKE_ONE = f"Make a restricted key with read permission for Charges and Customers at {KEYS_URL}"


def check_api_key(key: object, *, allow_secret_key: bool = False) -> ApiKey:
    """The key, if it is one that this tap should use.

    Args:
        key: the setting `api_key`.
        allow_secret_key: whether a live secret key, which could move money, is accepted.

    Raises:
        CredentialError: missing, malformed, of the wrong kind, or too powerful.
    """
    if key is None or key == "":
        raise CredentialError(
            f"No Stripe key is configured. {_MAKE_ONE}, and set it as api_key "
            "(TAP_STRIPE_APEX_API_KEY in the environment or .env)."
        )
    if not isinstance(key, str):
        raise CredentialError(f"Invalid API key: api_key must be text. {_MAKE_ONE}.")
    if key.startswith("pk_"):
        raise CredentialError(
            f"Invalid API key: this is a publishable key, which can read nothing. {_MAKE_ONE}."
        )
    if key.startswith("sk_org"):
        raise CredentialError(
            "Invalid API key: this is an organisation key, which speaks for many accounts. "
            f"{_MAKE_ONE} of the one account."
        )
    if key.startswith("sk_live_") and not allow_secret_key:
        raise CredentialError(
            "Invalid API key: this is a live secret key, which could move money; a read-only "
            f"connector must not have it. {_MAKE_ONE}, or set allow_secret_key to true."
        )
    kind, _, rest = key.partition("_")
    mode, _, secret = rest.partition("_")
    well_formed = kind in {"rk", "sk"} and mode in {"live", "test"} and secret
    if not well_formed or not key.isascii() or not key.replace("_", "").isalnum():
        raise CredentialError(
            f"Invalid API key: it is malformed; a restricted key begins with rk_. {_MAKE_ONE}."
        )
    return ApiKey(key)


def credential(config: Mapping[str, Any]) -> Credential:
    """The credential that the tap's settings name.

    Raises:
        CredentialError: there is none, or it cannot be right.
    """
    return check_api_key(
        config.get("api_key"), allow_secret_key=bool(config.get("allow_secret_key"))
    )
