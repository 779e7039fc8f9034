"""OAuth of a Stripe App: the account's owner clicks once, and access tokens live for an hour.

Source: https://docs.stripe.com/stripe-apps/api-authentication/oauth. The OAuth of the
`stripe` package is that of Stripe Connect, which has another host and other tokens.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from tap_stripe_apex import errors
from tap_stripe_apex.auth.tokens import Tokens, fingerprint
from tap_stripe_apex.wire.api import DEFAULT_API_BASE, check_api_base, is_loopback, stripe_time
from tap_stripe_apex.wire.patience import QUESTION, PassingError, Patience, Retrier, Trouble
from tap_stripe_apex.wire.transport import Answer, NoAnswerError, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARKETPLACE: Final = "https://marketplace.stripe.com"

_AUTHORIZE = "/oauth/v2/authorize"


class _Reply(msgspec.Struct):
    access_token: str
    refresh_token: str
    livemode: bool
    stripe_user_id: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class StripeApp:
    """A Stripe App that accounts install, with its developer's credentials.

    Args:
        client_id: of the app; it is public.
        secret_key: the developer's own key, of the mode of the accounts that are read.
        api_base: where codes and tokens are exchanged; see `check_api_base`.
        marketplace: the install link, which asks the account's owner for consent.
        patience: how long to wait for tokens.
    """

    client_id: str
    secret_key: str = field(repr=False)
    api_base: str = DEFAULT_API_BASE
    marketplace: str = _MARKETPLACE + _AUTHORIZE
    patience: Patience = field(default=QUESTION, repr=False, compare=False)

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        api_base: str | None = None,
        patience: Patience = QUESTION,
    ) -> StripeApp | None:
        """The app of STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY; None if neither is set.

        The simulated account is its own marketplace: where `api_base` is on this machine, the
        install link is too.

        Raises:
            ConfigurationError: one of the two is missing, or an address cannot be right.
        """
        client_id = environ.get("STRIPE_APP_CLIENT_ID", "").strip()
        secret_key = environ.get("STRIPE_APP_SECRET_KEY", "").strip()
        if not client_id and not secret_key:
            return None
        if not client_id or not secret_key:
            missing = "STRIPE_APP_SECRET_KEY" if client_id else "STRIPE_APP_CLIENT_ID"
            raise errors.ConfigurationError(
                f"{missing} is not set. OAuth needs both STRIPE_APP_CLIENT_ID and "
                "STRIPE_APP_SECRET_KEY; set it too, or unset the other to use a restricted key."
            )
        if not secret_key.isascii() or not secret_key.startswith(("sk_", "rk_")):
            raise errors.CredentialError(
                "STRIPE_APP_SECRET_KEY is no secret key: it begins with sk_live_ or sk_test_ and "
                "is the app developer's own."
            )
        base = check_api_base(
            api_base or environ.get("TAP_STRIPE_APEX_API_BASE") or DEFAULT_API_BASE
        )
        link = environ.get("STRIPE_APP_INSTALL_LINK", "").strip()
        if is_loopback(base):
            return cls(client_id, secret_key, base, base + _AUTHORIZE, patience)
        return cls(client_id, secret_key, base, _check_link(link, client_id), patience)

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """The page that asks the account's owner for consent and returns a code and `state`.

        Args:
            redirect_uri: one of those in the app's manifest.
            state: a random text for one attempt.
        """
        query = {"client_id": self.client_id, "redirect_uri": redirect_uri, "state": state}
        return f"{self.marketplace}?{urlencode(query)}"

    def exchange(self, code: str) -> Tokens:
        """The first pair of tokens, for the code that Stripe sent back.

        Raises:
            StripeError: Stripe gave no pair.
        """
        return self._tokens({"grant_type": "authorization_code", "code": code})

    def refresh(self, refresh_token: str) -> Tokens:
        """The next pair of tokens; Stripe accepts the old refresh token no longer.

        Raises:
            AuthenticationError: Stripe no longer accepted the refresh token.
            StripeError: Stripe gave no pair.
        """
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def deauthorize(self, account_id: str) -> None:
        """Uninstall the app from an account: Stripe no longer accepts its tokens.

        Raises:
            StripeError: Stripe did not uninstall it.
        """
        self._post(
            "/v1/oauth/deauthorize",
            {"client_id": self.client_id, "stripe_user_id": account_id},
            str(uuid.uuid4()),
        )

    def _tokens(self, form: Mapping[str, str]) -> Tokens:
        # Asked again with the same key, Stripe may repeat an answer that got lost, even to the
        # process that comes after a crash. The key says nothing of what is handed in.
        response = self._post(
            "/v1/oauth/token", form, fingerprint(form.get("code") or form["refresh_token"])
        )
        try:
            reply = msgspec.json.decode(response.body, type=_Reply)
        except msgspec.DecodeError:
            raise errors.UnavailableError(
                "Stripe's answer with the tokens cannot be read. Connect again with "
                "`stripe-apex connect`."
            ) from None
        return Tokens(
            access_token=reply.access_token,
            refresh_token=reply.refresh_token,
            livemode=reply.livemode,
            account_id=reply.stripe_user_id,
            scope=reply.scope,
            obtained_at=datetime.fromtimestamp(stripe_time(response.headers), UTC),
        )

    def _post(self, path: str, form: Mapping[str, str], key: str) -> Answer:
        """POST a form, tried again as long as that can help; only a 200 is returned."""
        transport = Transport(self.api_base, self.patience)

        def ask() -> Answer:
            nonlocal key
            answer = self._post_once(transport, path, form, key)
            if answer.status == 200:
                return answer
            error = errors.from_oauth_reply(
                answer.status, answer.body, answer.headers, code="code" in form
            )
            if not (answer.status in {409, 429} or answer.status >= 500):
                raise error
            if answer.status >= 500:
                key = str(uuid.uuid4())  # with the same one, Stripe would repeat the failure
            trouble = Trouble.LIMITED if answer.status == 429 else Trouble.UNAVAILABLE
            why = f"Stripe answered {answer.status} while asking for tokens"
            raise PassingError(error, trouble, why)

        try:
            return Retrier(self.patience).call(ask)
        finally:
            transport.close()

    def _post_once(
        self, transport: Transport, path: str, form: Mapping[str, str], key: str
    ) -> Answer:
        try:
            return transport.send(
                "POST",
                path,
                data=form,
                auth=(self.secret_key, ""),
                headers={"Idempotency-Key": key},
            )
        except NoAnswerError as exc:
            failure = f"Cannot ask {self.api_base} for tokens: {exc.problem}"
            error = errors.UnavailableError(f"{failure}. {exc.remedy}")
            if exc.trouble is None:
                raise error from exc
            raise PassingError(error, exc.trouble, failure) from exc


def _check_link(link: str, client_id: str) -> str:
    """The install link without its query; by default that of published apps.

    Raises:
        ConfigurationError: the link does not lead to Stripe, or it is that of another app.
    """
    if not link:
        return _MARKETPLACE + _AUTHORIZE
    parts = urlsplit(link)
    if f"{parts.scheme}://{parts.netloc}" != _MARKETPLACE or not parts.path.startswith("/oauth/"):
        raise errors.ConfigurationError(
            f"STRIPE_APP_INSTALL_LINK must be a link from the app's page in the Stripe Dashboard; "
            f"it begins with {_MARKETPLACE}/oauth/."
        )
    if parse_qs(parts.query).get("client_id", [client_id]) != [client_id]:
        raise errors.ConfigurationError(
            "STRIPE_APP_INSTALL_LINK is another app's than STRIPE_APP_CLIENT_ID."
        )
    return _MARKETPLACE + parts.path
