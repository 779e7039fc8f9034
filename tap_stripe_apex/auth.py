"""Which credential is used, and whether it can be right at all.

Sources: https://docs.stripe.com/keys,
https://docs.stripe.com/stripe-apps/api-authentication/oauth
"""

from __future__ import annotations

import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from tap_stripe_apex.errors import KEYS_URL, AuthenticationError, CredentialError
from tap_stripe_apex.oauth import StripeApp
from tap_stripe_apex.project import token_path
from tap_stripe_apex.storage import load_key
from tap_stripe_apex.tokens import TokenFile, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_stripe_apex.tokens import Tokens

_LIFE: Final = 55 * 60.0
"""Seconds that an access token is used; it lives for an hour, which no reply says."""

_logger = logging.getLogger(__name__)


class Credential(Protocol):
    """What the session asks for before every request. Used by many threads."""

    @property
    def oauth(self) -> bool:
        """Whether it is a token of a Stripe App rather than a key; error messages differ."""

    @property
    def livemode(self) -> bool:
        """Whether it is for live money."""

    @property
    def account_id(self) -> str | None:
        """The account that it is for, where it is known without asking Stripe."""

    def token(self) -> str:
        """The secret for the Authorization header.

        Raises:
            StripeError: it had to be renewed, and could not.
        """

    def renew(self, used: str) -> bool:
        """Whether there is another token now than `used`, which Stripe no longer accepts.

        Raises:
            StripeError: it could not be renewed.
        """


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of the Stripe Dashboard, or an access token that nobody renews."""

    key: str = field(repr=False)
    oauth: bool = False

    @property
    def account_id(self) -> None:
        """Not known."""

    @property
    def livemode(self) -> bool:
        """As its prefix says."""
        return "_live_" in self.key

    @property
    def masked(self) -> str:
        """Kind, mode and the last four characters, as the Dashboard shows it."""
        kind, mode, secret = self.key.split("_", 2)
        return f"{kind}_{mode}_****{secret[-4:] if len(secret) >= 12 else ''}"

    def token(self) -> str:
        """The key itself."""
        return self.key

    def renew(self, used: str) -> bool:  # noqa: ARG002 - of the protocol
        """Never."""
        return False


class RolledTokens:
    """The tokens of a Stripe App, renewed before they end and whenever Stripe says that they did.

    Whatever the number of threads and processes that find a token ended, one of them exchanges:
    it holds the file's lock, and the others find the new pair in the file when they get it.

    Args:
        app: that exchanges.
        file: where the pair is; the new one is there before it is used.
        refresh_token: the setting, which begins the file anew unless the file came from it.
    """

    oauth: Final = True

    def __init__(self, app: StripeApp, file: TokenFile, refresh_token: str | None = None) -> None:
        self._app = app
        self._file = file
        self._seed = refresh_token
        self._current: tuple[Tokens, float] | None = None

    def __repr__(self) -> str:
        return f"RolledTokens({self._file.path})"

    @property
    def livemode(self) -> bool:
        """As Stripe said when it gave the tokens."""
        return self._tokens().livemode

    @property
    def account_id(self) -> str:
        """The account that installed the app."""
        return self._tokens().account_id

    def token(self) -> str:
        """The access token, renewed some minutes before its hour is over."""
        tokens, ends = self._current or self._renewed(None)
        if time.time() >= ends:
            tokens, _ = self._renewed(tokens.access_token)
        return tokens.access_token

    def renew(self, used: str) -> bool:
        """Exchange, unless another thread or process did so since `used` was handed out."""
        tokens, _ = self._renewed(used)
        return tokens.access_token != used

    def _tokens(self) -> Tokens:
        return (self._current or self._renewed(None))[0]

    def _renewed(self, used: str | None) -> tuple[Tokens, float]:
        with self._file.locked():
            found = self._file.read()
            age = self._file.age()
            if (
                found is None
                or found.access_token == used
                or age >= _LIFE
                or self._begins_anew(found)
            ):
                # Ctrl-C strikes the main thread alone: what another got still gets to the disk.
                with self._file.replacing() as put, ThreadPoolExecutor(1) as executor:
                    found = executor.submit(self._exchange, found, put).result()
                age = 0.0
            self._current = found, time.time() + _LIFE - age
            return self._current

    def _begins_anew(self, found: Tokens) -> bool:
        """Whether the setting is of another connection than the file."""
        return self._seed is not None and fingerprint(self._seed) not in {
            found.seed,
            fingerprint(found.refresh_token),
        }

    def _exchange(self, found: Tokens | None, put: Callable[[Tokens], None]) -> Tokens:
        tokens = self._exchange_seed(found)
        if tokens is None:
            if found is None:
                raise CredentialError("Not connected any more. Connect with `stripe-apex connect`.")
            tokens = replace(self._app.refresh(found.refresh_token), seed=found.seed)
        put(tokens)
        return tokens

    def _exchange_seed(self, found: Tokens | None) -> Tokens | None:
        seed, self._seed = self._seed, None
        if seed is None or (found is not None and not self._begins_anew(found)):
            return None
        try:
            return replace(self._app.refresh(seed), seed=fingerprint(seed))
        except AuthenticationError:
            if found is None:
                raise
            _logger.warning(
                "Stripe no longer accepts the refresh_token that is set; the newer tokens in %s "
                "are used. Remove the setting.",
                self._file.path,
            )
            return None


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
    kind, _, rest = key.partition("_")
    mode, _, secret = rest.partition("_")
    well_formed = kind in {"rk", "sk"} and mode in {"live", "test"} and secret
    if not well_formed or not key.isascii() or not key.replace("_", "").isalnum():
        raise CredentialError(
            f"Invalid API key: it is malformed; a restricted key begins with rk_. {_MAKE_ONE}."
        )
    return ApiKey(key)


def credential(config: Mapping[str, Any], environ: Mapping[str, str]) -> Credential:
    """The credential that the settings and the environment name. Nothing is sent.

    Where STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY are both set it is OAuth, else the key;
    nobody chooses.

    Args:
        config: the tap's settings.
        environ: the environment, with what .env adds.

    Raises:
        ConfigurationError: there is none, or it cannot be right.
    """
    app = StripeApp.from_environment(environ, config.get("api_base"))
    file = TokenFile(token_path(config.get("token_file"), environ))
    refresh_token = _check_token(config, "refresh_token")
    access_token = _check_token(config, "access_token")
    if app is not None:
        if refresh_token or file.read() is not None:
            return RolledTokens(app, file, refresh_token)
        if access_token:
            return ApiKey(access_token, oauth=True)
        raise CredentialError(
            "Not connected yet: there are no tokens of the Stripe App. Connect with `stripe-apex "
            "connect`, or unset STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY to use a "
            "restricted key."
        )
    key = config.get("api_key")
    if not key and access_token:
        return ApiKey(access_token, oauth=True)
    key = key or load_key(environ)
    if not key and (refresh_token or file.read() is not None):
        raise CredentialError(
            "There are tokens of a Stripe App, but not the app that renews them: set both "
            "STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY."
        )
    return check_api_key(key, allow_secret_key=bool(config.get("allow_secret_key")))


def _check_token(config: Mapping[str, Any], name: str) -> str | None:
    token = config.get(name) or None
    if token is not None and not (isinstance(token, str) and re.fullmatch(r"[!-~]+", token)):
        raise CredentialError(f"{name} is malformed: it must be text without spaces.")
    return token
