"""Stripe's API as a function from requests to answers, without HTTP."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from stripe_simulator.account import Account
from stripe_simulator.errors import ApiError, InvalidRequestError, missing, unknown_url
from stripe_simulator.expansions import Expanded, parse_expansions
from stripe_simulator.ids import identifier
from stripe_simulator.keys import Key, Keyring
from stripe_simulator.oauth import OAuth, TokenError
from stripe_simulator.objects.encoding import API_VERSION, encode
from stripe_simulator.query import ListQuery, parse_expand, parse_list_query
from stripe_simulator.resources import (
    KINDS,
    PARTS,
    RESOURCES,
    Resource,
    is_known,
    resource_at,
)
from stripe_simulator.store import Page, Window
from stripe_simulator.views import Views

Keep: TypeAlias = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """A request, with header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, without what only the transport knows."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Api:
    """The endpoints of one account for the keys of one keyring."""

    def __init__(self, account: Account, keys: Keyring, oauth: OAuth) -> None:
        self._account = account
        self._keys = keys
        self._oauth = oauth
        self._views = Views(account)
        self._requests = 0

    def answer(self, request: Request, refusal: ApiError | None = None) -> Answer:
        """Stripe's answer, including errors; `refusal` is an error that was decided earlier."""
        self._requests += 1
        request_id = identifier("req_", 0, self._requests)
        headers = {
            "Request-Id": request_id,
            "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
        }
        if "stripe-account" in request.headers:
            headers["Stripe-Account"] = request.headers["stripe-account"]
        try:
            if refusal is not None:
                raise refusal
            status, body = self._route(request, headers)
        except TokenError as error:
            return Answer(error.status, error.body(), headers)
        except ApiError as error:
            body = error.body(request_id, livemode=self._account.livemode)
            return Answer(error.http_status, body, headers | error.headers)
        return Answer(status, body, headers)

    def _route(self, request: Request, headers: dict[str, str]) -> tuple[int, bytes]:
        if (request.method, request.path) == ("GET", "/oauth/v2/authorize"):
            headers["Location"] = self._oauth.authorize(request.query)
            return 302, b""
        if (request.method, request.path) == ("POST", "/v1/oauth/token"):
            return 200, encode(
                self._oauth.exchange(
                    request.headers.get("authorization"),
                    request.body,
                    request.headers.get("idempotency-key"),
                )
            )
        if (request.method, request.path) == ("POST", "/v1/oauth/deauthorize"):
            return 200, encode(
                self._oauth.deauthorize(request.headers.get("authorization"), request.body)
            )
        key = self._keys.authenticate(request.headers.get("authorization"), self._account.now_epoch)
        version, _, path = request.path.removeprefix("/").partition("/")
        found = resource_at(path) if version == "v1" else None
        if request.method != "GET" or found is None:
            raise unknown_url(request.method, request.path)
        resource, wanted = found
        key.require(resource.permission, self._account.account_id)
        if wanted is None:
            return 200, self._list(resource, request.query, key)
        return 200, self._retrieve(resource, wanted, request.query, key)

    def _list(self, resource: Resource, query: str, key: Key) -> bytes:
        events = resource.name == "events"
        asked = parse_list_query(query, resource.filters, types=events)
        expand = self._expansions(resource, asked.expand, key, listed=True)
        page = self._page(resource, asked)
        view = resource.view(self._views)
        return encode(
            {
                "object": "list",
                "data": [view(record, expand) for record in page.records],
                "has_more": page.has_more,
                "url": f"/v1/{resource.endpoint}",
            }
        )

    def _page(self, resource: Resource, asked: ListQuery) -> Page[Any]:
        self._check_filters(resource, asked)
        window = asked.window
        where: Mapping[str, str] = asked.where
        keep: Keep | None = None
        if resource.name == "events":
            oldest = self._account.oldest_event
            window = Window(max(window.start, oldest), window.end)
            if where.get("delivery_success", "true") not in {"true", "false"}:
                raise InvalidRequestError("Invalid boolean", param="delivery_success")
            # The account has no webhooks, so no event is waiting for its delivery.
            types = asked.types or frozenset(filter(None, [where.get("type")]))
            where, keep = {}, _of_types(types) if types else None
        elif resource.name == "customers":
            # Customers can be deleted and can change their email, so neither can be indexed.
            where, keep = {}, _living(asked.where.get("email"))
            for cursor in filter(None, (asked.starting_after, asked.ending_before)):
                if cursor in self._account.customers and self._account.customers[cursor].deleted:
                    raise missing("customer", cursor, param="starting_after", status=400)
        elif resource.changing:
            where, keep = {}, _equal(asked.where)
        if self._account.has_listing_delay:
            keep = _both(keep, self._account.is_listed)
        try:
            return resource.collection(self._account).page(
                asked.limit,
                window,
                starting_after=asked.starting_after,
                ending_before=asked.ending_before,
                where=where,
                keep=keep,
            )
        except KeyError:
            param = "starting_after" if asked.starting_after is not None else "ending_before"
            cursor = asked.starting_after or asked.ending_before or ""
            raise missing(resource.kind, cursor, param=param, status=400) from None

    def _check_filters(self, resource: Resource, asked: ListQuery) -> None:
        for name, value in asked.where.items():
            kind = resource.filters[name]
            if kind is not None and not is_known(self._account, kind, value):
                raise missing(kind.removesuffix("s"), value, param=name, status=400)

    def _retrieve(self, resource: Resource, wanted: str, query: str, key: Key) -> bytes:
        expand = self._expansions(resource, parse_expand(query), key, listed=False)
        collection = resource.collection(self._account)
        if wanted not in collection:
            raise missing(resource.kind, wanted)
        record = collection[wanted]
        if resource.name == "events" and record.created < self._account.oldest_event:
            raise missing(resource.kind, wanted)
        return encode(resource.view(self._views)(record, expand))

    def _expansions(
        self, resource: Resource, paths: Iterable[str], key: Key, *, listed: bool
    ) -> Expanded:
        return parse_expansions(
            paths,
            resource.name,
            KINDS,
            listed=listed,
            parts=PARTS,
            require=lambda kind: key.require(RESOURCES[kind].permission, self._account.account_id),
        )


def _equal(where: Mapping[str, str]) -> Keep | None:
    """Keeps records by their email, which the filter calls `customer_details[email]`."""
    wanted = {name.partition("[")[2].rstrip("]") or name: value for name, value in where.items()}
    if not wanted:
        return None
    return lambda record: all(getattr(record, name) == wanted[name] for name in wanted)


def _of_types(types: frozenset[str]) -> Keep:
    """Keeps events of these types; a type is a name or, with `*`, a group: `charge.*`."""
    pattern = re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in types))
    return lambda event: pattern.fullmatch(event.type) is not None


def _both(first: Keep | None, second: Keep) -> Keep:
    return second if first is None else lambda record: first(record) and second(record)


def _living(email: str | None) -> Keep:
    if email is None:
        return lambda customer: not customer.deleted
    return lambda customer: not customer.deleted and customer.email == email
