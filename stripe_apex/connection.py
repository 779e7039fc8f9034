"""A connection to Stripe: connects, verifies, stores and deletes it.

Used by `stripe-apex connect` and by its page, for keys and for OAuth.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.check import grants, verify
from stripe_apex.date_range import DateRangeSetting
from stripe_apex.storage import forget_key, save_key, where_key
from tap_stripe_apex.auth.credential import check_api_key, find_credential
from tap_stripe_apex.auth.oauth import StripeApp
from tap_stripe_apex.auth.places import token_path
from tap_stripe_apex.auth.renewal import RolledTokens
from tap_stripe_apex.auth.tokens import TokenFile
from tap_stripe_apex.errors import ConfigurationError, NotConnectedError, TapError
from tap_stripe_apex.settings import Settings
from tap_stripe_apex.wire.session import open_session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from stripe_apex.check import Grant
    from tap_stripe_apex.wire.session import Credential

_APPS_URL: Final = "https://dashboard.stripe.com/settings/apps"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection that was verified by fetching a single charge.

    Attributes:
        livemode: whether it reads live money.
        newest_charge: when it was created, UTC; None if there is no charge yet.
        credential: the masked credential: rk_test_****abcd.
        account: the id of the account, if Stripe told it; a restricted key may not ask.
        stored_in: where the credential is stored, in words.
    """

    livemode: bool
    newest_charge: datetime | None
    credential: str
    account: str | None
    stored_in: str


class Connector:
    """Connects to Stripe, by OAuth or by a key as the environment decides. Every call may block.

    Args:
        config: the tap's settings.
        environ: the environment, with what .env adds.

    Raises:
        ConfigurationError: a setting cannot be right.
    """

    def __init__(self, config: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        self._config = dict(config)
        self._environ = dict(environ)
        self._app = StripeApp.from_environment(environ, config.get("api_base"))
        self._file = TokenFile(token_path(config.get("token_file"), environ))
        self._verified_last: Credential | None = None
        self.date_range = DateRangeSetting(config, environ)

    @property
    def oauth(self) -> bool:
        """Whether it is OAuth through a Stripe App, rather than a restricted key."""
        return self._app is not None

    def verify(self) -> Connected | None:
        """The stored connection, verified; None if there is none.

        Raises:
            TapError: it does not work; the message says what to do.
        """
        try:
            found = find_credential(Settings.of(self._config), self._environ)
        except NotConnectedError:
            return None
        rolled = isinstance(found, RolledTokens)
        place = str(self._file.path) if rolled else where_key(self._environ)
        return self._verified(found, place or "the settings of your pipeline")

    def connect_with_key(self, key: str) -> Connected:
        """Verify a key, then store it; a key that does not work changes nothing.

        Raises:
            TapError: it does not work; the message says what to do.
        """
        if self._app is not None:
            raise ConfigurationError(
                "STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY are both set, so the tap uses "
                "OAuth and would never look at a key. Unset them first."
            )
        checked = check_api_key(
            key.strip(), allow_secret_key=bool(self._config.get("allow_secret_key"))
        )
        verified = self._verified(checked)
        kept = save_key(checked.key, self._environ)
        self._config["api_key"] = checked.key
        return replace(verified, stored_in=kept)

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """The page that asks the account's owner for consent."""
        return self._the_app.authorize_url(redirect_uri, state)

    def connect_with_code(self, code: str) -> Connected:
        """Exchange the code that Stripe sent back, store the tokens and verify them.

        Raises:
            TapError: it does not work; the message says what to do.
        """
        app = self._the_app
        with self._file.replacing() as put:
            put(app.exchange(code))
        return self._verified(RolledTokens(app, self._file), str(self._file.path))

    def grants(self) -> list[Grant]:
        """What the last verified connection may read; one request for each permission.

        Raises:
            TapError: a request failed.
        """
        if self._verified_last is None:
            return []
        session = open_session(self._verified_last, self._config)
        try:
            return list(grants(session))
        finally:
            session.close()

    def disconnect(self) -> list[str]:
        """Delete the credential and, for OAuth, uninstall the app; returns where it was stored.

        Raises:
            TapError: something is still there; the message says what to do.
        """
        found = forget_key(self._environ)
        self._config.pop("api_key", None)
        if self._file.path.exists():
            with self._file.locked():
                self._uninstall()
                self._file.delete()
            found.append(str(self._file.path))
        return found

    def _uninstall(self) -> None:
        try:
            tokens = self._file.read()
            if tokens is None:
                return
            if self._app is not None:
                self._app.deauthorize(tokens.account_id)
                return
            reason = "STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY are not set."
        except TapError as error:
            reason = str(error)
        _logger.warning(
            "The tokens are deleted here, but the Stripe App may still be installed; uninstall it "
            "at %s. %s",
            _APPS_URL,
            reason,
        )

    def _verified(self, found: Credential, stored_in: str = "") -> Connected:
        session = open_session(found, self._config)
        try:
            verified = verify(session)
        finally:
            session.close()
        self._verified_last = found
        return Connected(
            livemode=verified.livemode,
            newest_charge=verified.newest_charge,
            credential=found.masked,
            account=verified.account_id,
            stored_in=stored_in,
        )

    @property
    def _the_app(self) -> StripeApp:
        if self._app is None:
            raise ConfigurationError(
                "OAuth needs both STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY."
            )
        return self._app
