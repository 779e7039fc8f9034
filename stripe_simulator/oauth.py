"""OAuth of Stripe Apps: single-use codes, access tokens of one hour, rotated refresh tokens."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from stripe_simulator.account import Account
from stripe_simulator.errors import InvalidRequestError
from stripe_simulator.ids import identifier
from stripe_simulator.keys import ALL, Key, Keyring, Permission
from stripe_simulator.objects.encoding import encode

CODE_LIFE = 5 * 60
ACCESS_LIFE = 60 * 60
REFRESH_LIFE = 365 * 24 * 60 * 60


class TokenError(Exception):
    """A refusal in OAuth's own form: `error` and `error_description`."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> bytes:
        """The JSON of RFC 6749."""
        return encode({"error": self.error, "error_description": self.description})


@dataclass(frozen=True, slots=True)
class StripeApp:
    """An app that accounts install.

    Args:
        client_id: the public id of the app.
        secret_key: the secret key of the app's developer.
        redirect_uris: the addresses that its manifest allows; empty allows any.
        permissions: the permissions of its tokens.
    """

    client_id: str = "ca_simulated"
    secret_key: str = "sk_test_simulated_app"  # noqa: S105 - the simulated app's, no secret
    redirect_uris: frozenset[str] = frozenset()
    permissions: frozenset[Permission] = ALL


class OAuth:
    """Codes and tokens of one app on one account, by the account's clock.

    If `denies` is set, the account's owner declines installs. If `repeats` is set, an exchange that
    is repeated with the same idempotency key gives the same tokens: Stripe does so for other
    requests, but does not document it for this one.
    """

    def __init__(self, account: Account, keys: Keyring, app: StripeApp) -> None:
        self._account = account
        self._keys = keys
        self._serial = 0
        self._codes: dict[str, int] = {}
        self._refresh_tokens: dict[str, int] = {}
        self._access_tokens: set[str] = set()
        self.app = app
        self.denies = False
        self.repeats = False
        self._exchanged: dict[str, dict[str, object]] = {}

    def authorize(self, query: str) -> str:
        """The address that the browser is redirected to after the owner's decision."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id") != self.app.client_id:
            raise InvalidRequestError("No application matches the supplied client identifier.")
        if not redirect_uri or redirect_uri not in (self.app.redirect_uris or {redirect_uri}):
            raise InvalidRequestError("Invalid redirect URI: it is not in the app's manifest.")
        if self.denies:
            outcome = {"error": "access_denied", "error_description": "The user denied access."}
        else:
            outcome = {"code": self._token("ac_", self._codes, CODE_LIFE)}
        if "state" in asked:
            outcome["state"] = asked["state"]
        return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(outcome)}"

    def exchange(
        self, authorization: str | None, body: bytes, idempotency_key: str | None = None
    ) -> dict[str, object]:
        """Exchange a code or a refresh token, which then ends, for a new pair of tokens."""
        self._authenticate(authorization)
        if not self.repeats or idempotency_key is None:
            return self._exchange(body)
        if idempotency_key not in self._exchanged:
            self._exchanged[idempotency_key] = self._exchange(body)
        return self._exchanged[idempotency_key]

    def _exchange(self, body: bytes) -> dict[str, object]:
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        match asked.get("grant_type"):
            case "authorization_code":
                self._spend(self._codes, asked.get("code"), "authorization code")
            case "refresh_token":
                self._spend(self._refresh_tokens, asked.get("refresh_token"), "refresh token")
            case other:
                raise TokenError("unsupported_grant_type", f"Unsupported grant type: {other}")
        mode = "live" if self._account.livemode else "test"
        access = self._token(f"sk_{mode}_", {}, ACCESS_LIFE)
        self._access_tokens.add(access)
        self._keys.add(
            Key(
                access,
                self.app.permissions,
                expires_at=self._account.now_epoch + ACCESS_LIFE,
            )
        )
        return {
            "access_token": access,
            "livemode": self._account.livemode,
            "refresh_token": self._token("rt_", self._refresh_tokens, REFRESH_LIFE),
            "scope": "stripe_apps",
            "stripe_publishable_key": f"pk_{mode}_simulated",
            "stripe_user_id": self._account.account_id,
            "token_type": "bearer",
        }

    def deauthorize(self, authorization: str | None, body: bytes) -> dict[str, object]:
        """Uninstall the app at its developer's request: all its tokens end."""
        self._authenticate(authorization)
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if asked.get("client_id") != self.app.client_id:
            raise TokenError("invalid_client", "No such application.", 401)
        if asked.get("stripe_user_id") != self._account.account_id:
            raise TokenError("invalid_client", "The application is not connected.", 401)
        self.uninstall()
        return {"stripe_user_id": self._account.account_id}

    def uninstall(self) -> None:
        """Uninstall the app, as the account's owner may do at any time."""
        for token in self._access_tokens:
            self._keys.revoke(token)
        self._access_tokens.clear()
        self._refresh_tokens.clear()

    def _authenticate(self, authorization: str | None) -> None:
        scheme, _, value = (authorization or "").partition(" ")
        try:
            user = b64decode(value, validate=True).decode().partition(":")[0]
        except (Base64Error, UnicodeDecodeError):
            user = ""
        if scheme.lower() != "basic" or user != self.app.secret_key:
            raise TokenError("invalid_client", "Invalid API key provided for the app.", 401)

    def _spend(self, tokens: dict[str, int], token: str | None, kind: str) -> None:
        expires_at = tokens.pop(token or "", None)
        if expires_at is None or expires_at <= self._account.now_epoch:
            raise TokenError("invalid_grant", f"The {kind} does not exist or was used already.")

    def _token(self, prefix: str, tokens: dict[str, int], life: int) -> str:
        self._serial += 1
        token = identifier(prefix, 0, self._serial)
        tokens[token] = self._account.now_epoch + life
        return token
