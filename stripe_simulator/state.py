"""The state of a running simulator that its owner may change."""

import threading
from collections.abc import Callable, Iterable

from stripe_simulator.account import Account
from stripe_simulator.api import Api
from stripe_simulator.faults import Fault, Faults
from stripe_simulator.keys import DEFAULT_KEY, DEFAULT_SECRET_KEY, Key, Keyring
from stripe_simulator.limits import Limiter, Limits
from stripe_simulator.oauth import OAuth, StripeApp
from stripe_simulator.requestlog import LoggedRequest, RequestLog

RequestHook = Callable[[LoggedRequest], object]


class State:
    """An account, its keys, and the faults and limits of its server.

    All public attributes may be changed while the account is served. Code that changes the account
    while requests are in flight must hold `lock`; `on_request`, which is called before each answer,
    already holds it.

    Args:
        account: the account that is served.
        keys: the valid keys; `DEFAULT_KEY` and `DEFAULT_SECRET_KEY` by default.
        app: the Stripe App that may be installed.
        faults: the faults that are injected.
        limits: the rate limits.
        latency: seconds from a request to its answer.
        gzipped: whether answers are compressed for clients that accept it.
        on_request: a callback by which a test can change the account while a client reads it.
    """

    def __init__(
        self,
        account: Account,
        *,
        keys: Iterable[Key | str] = (DEFAULT_KEY, DEFAULT_SECRET_KEY),
        app: StripeApp | None = None,
        faults: Iterable[Fault] = (),
        limits: Limits | None = None,
        latency: float = 0.0,
        gzipped: bool = False,
        on_request: RequestHook | None = None,
    ) -> None:
        self.account = account
        self.keys = Keyring(keys)
        self.oauth = OAuth(account, self.keys, app or StripeApp())
        self.faults = Faults(faults)
        self.limiter = Limiter(limits or Limits())
        self.latency = latency
        self.gzipped = gzipped
        self.on_request = on_request
        self.requests = RequestLog()
        self._api = Api(account, self.keys, self.oauth)
        self.lock = threading.RLock()
