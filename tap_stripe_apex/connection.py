"""A connection to Stripe: made and verified, kept, forgotten.

What `stripe-apex connect` and its page do, whichever way in is taken.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_stripe_apex.auth import RolledTokens, check_api_key
from tap_stripe_apex.check import open_session, verify
from tap_stripe_apex.errors import StripeError
from tap_stripe_apex.oauth import StripeApp
from tap_stripe_apex.project import token_path
from tap_stripe_apex.storage import forget_key, save_key
from tap_stripe_apex.tokens import TokenFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_stripe_apex.check import Verified

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that works.

    Attributes:
        verified: what Stripe said.
        masked_key: of a restricted key; None for OAuth.
        kept: where, in the user's words.
    """

    verified: Verified
    masked_key: str | None
    kept: str


def connect_by_key(key: str, config: Mapping[str, Any], environ: Mapping[str, str]) -> Connection:
    """Verify a key by a single charge, then keep it.

    Args:
        key: what the user gave; spaces around it do not matter.
        config: the tap's settings: `api_base`, `account_id`, `allow_secret_key`.
        environ: the environment, with what .env adds.

    Raises:
        ConfigurationError: it is none that this tap should use, or cannot be kept.
        StripeError: Stripe does not accept it; nothing was kept.
    """
    checked = check_api_key(key.strip(), allow_secret_key=bool(config.get("allow_secret_key")))
    verified = verify(open_session(checked, config))
    return Connection(verified, checked.masked, save_key(checked.key, environ))


def connect_by_code(
    app: StripeApp, code: str, config: Mapping[str, Any], environ: Mapping[str, str]
) -> Connection:
    """Exchange the code that Stripe sent back, keep the tokens, then verify by a single charge.

    Raises:
        ConfigurationError: the tokens cannot be kept; the code was not used.
        StripeError: the code is not accepted, or the tokens cannot read charges.
    """
    file = TokenFile(token_path(config.get("token_file"), environ))
    with file.replacing() as put:
        put(app.exchange(code))
    verified = verify(open_session(RolledTokens(app, file), config))
    return Connection(verified, None, str(file.path))


def disconnect(config: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Delete what was kept and, for OAuth, uninstall the app; what was deleted, and where.

    Raises:
        ConfigurationError: something cannot be deleted.
    """
    found = forget_key(environ)
    file = TokenFile(token_path(config.get("token_file"), environ))
    tokens = file.read()
    if tokens is not None:
        app = StripeApp.from_environment(environ, config.get("api_base"))
        if app is not None:
            try:
                app.deauthorize(tokens.account_id)
            except StripeError as exc:
                _logger.warning("%s", exc)
        file.delete()
        found.append(str(file.path))
    return found
