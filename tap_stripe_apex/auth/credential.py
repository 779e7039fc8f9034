"""Chooses the credential, and refuses one that cannot work.

Sources: https://docs.stripe.com/keys,
https://docs.stripe.com/stripe-apps/api-authentication/oauth
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tap_stripe_apex.auth.key import load_key
from tap_stripe_apex.auth.oauth import StripeApp
from tap_stripe_apex.auth.places import token_path
from tap_stripe_apex.auth.renewal import RolledTokens
from tap_stripe_apex.auth.tokens import TokenFile
from tap_stripe_apex.errors import KEYS_URL, CredentialError, NotConnectedError
from tap_stripe_apex.wire.patience import QUESTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_stripe_apex.settings import Settings
    from tap_stripe_apex.wire.patience import Patience
    from tap_stripe_apex.wire.session import Credential

_KEY: Final = re.compile(r"((?:rk|sk)_(?:live|test)_)([A-Za-z0-9_]+)")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of the Stripe Dashboard, or an access token that is not renewed."""

    key: str = field(repr=False)
    oauth: bool = False

    @property
    def account_id(self) -> None:
        """None: a key does not tell its account."""

    @property
    def livemode(self) -> bool:
        """Whether the key is for live money, as its prefix says."""
        return "_live_" in self.key

    @property
    def masked(self) -> str:
        """The key's prefix and, of a key long enough, its last characters, as in the Dashboard."""
        match = _KEY.fullmatch(self.key)
        if match is None:
            return "****"
        return f"{match[1]}****{match[2][-4:] if len(match[2]) >= 12 else ''}"

    def token(self) -> str:
        """The key itself."""
        return self.key

    def renew(self, used: str) -> bool:  # noqa: ARG002 - of the protocol
        """False: a key cannot be renewed."""
        return False


_MAKE_ONE = f"Make a restricted key with read permission for Charges and Customers at {KEYS_URL}"


def check_api_key(key: object, *, allow_secret_key: bool = False) -> ApiKey:
    """The key, if it is one that this tap should use.

    Args:
        key: the setting `api_key`.
        allow_secret_key: whether a live secret key, which could move money, is accepted.

    Raises:
        CredentialError: the key is missing, malformed, of the wrong kind, or too powerful.
    """
    if key is None or key == "":
        raise NotConnectedError(
            f"No Stripe key is configured. {_MAKE_ONE}, and give it to `stripe-apex connect` or "
            "set it as api_key (TAP_STRIPE_APEX_API_KEY in the environment or .env)."
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
    if key.startswith("sk_test_"):
        _logger.warning(
            "This is a secret key, which can do more than read. It is of test mode, so it is used; "
            "a restricted key would do."
        )
    if key.startswith("sk_live_") and not allow_secret_key:
        raise CredentialError(
            "Invalid API key: this is a live secret key, which could move money; a read-only "
            f"connector must not have it. {_MAKE_ONE}, or set allow_secret_key to true."
        )
    if not _KEY.fullmatch(key):
        raise CredentialError(
            f"Invalid API key: it is malformed; a restricted key begins with rk_. {_MAKE_ONE}."
        )
    return ApiKey(key)


def find_credential(
    settings: Settings, environ: Mapping[str, str], patience: Patience = QUESTION
) -> Credential:
    """The credential that the settings and the environment name. Nothing is sent.

    OAuth is used where STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY are both set, else the key.
    There is no setting for this choice.

    Args:
        settings: of the tap.
        environ: the environment, with what .env adds.
        patience: how long to wait for new tokens.

    Raises:
        ConfigurationError: there is no credential, or it cannot be right.
    """
    app = StripeApp.from_environment(environ, settings.api_base, patience)
    file = TokenFile(token_path(settings.token_file, environ))
    refresh_token = _check_token("refresh_token", settings.refresh_token)
    access_token = _check_token("access_token", settings.access_token)
    if app is not None:
        if refresh_token or file.read() is not None:
            return RolledTokens(app, file, refresh_token)
        if access_token:
            return ApiKey(access_token, oauth=True)
        raise NotConnectedError(
            "Not connected yet: there are no tokens of the Stripe App. Connect with `stripe-apex "
            "connect`, or unset STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY to use a "
            "restricted key."
        )
    key = settings.api_key
    if not key and access_token:
        return ApiKey(access_token, oauth=True)
    key = key or load_key(environ)
    if not key and (refresh_token or file.read() is not None):
        raise CredentialError(
            "There are tokens of a Stripe App, but not the app that renews them: set both "
            "STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY, or forget the tokens with "
            "`stripe-apex disconnect`."
        )
    return check_api_key(key, allow_secret_key=settings.allow_secret_key)


def _check_token(name: str, token: object) -> str | None:
    if not token:
        return None
    if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token):
        raise CredentialError(f"{name} is malformed: it must be text without spaces.")
    return token
