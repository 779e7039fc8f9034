"""Errors as Stripe answers them.

ApiError
├── InvalidRequestError   400, 404: the request cannot be understood, or names what is not there
├── AuthenticationError   401: no key, a wrong key, an expired one
├── PermissionDeniedError 403: the key may not do that
└── RateLimitError        429: too many requests, or a lock that was not had in time
"""

from collections.abc import Mapping
from typing import ClassVar

from stripe_simulator.objects.encoding import encode

_DOCS = "https://stripe.com/docs/error-codes/"


class ApiError(Exception):
    """An answer that is no success; `headers` are sent with it."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "api_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.http_status = status or self.status
        self.headers = dict(headers or {})

    def body(self, request_id: str, *, livemode: bool) -> bytes:
        """Stripe's JSON of the error."""
        mode = "" if livemode else "test/"
        error: dict[str, str] = {}
        if self.code is not None:
            error |= {"code": self.code, "doc_url": _DOCS + self.code.replace("_", "-")}
        error["message"] = self.message
        if self.param is not None:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/{mode}logs/{request_id}"
        error["type"] = self.type
        return encode({"error": error})


class InvalidRequestError(ApiError):
    """The request is wrong; asking again does not help."""

    status = 400
    type = "invalid_request_error"


class AuthenticationError(InvalidRequestError):
    """Nobody that Stripe knows is asking."""

    status = 401


class PermissionDeniedError(InvalidRequestError):
    """The key is known but may not do that."""

    status = 403


class RateLimitError(InvalidRequestError):
    """Too much at once; asking later helps."""

    status = 429


def missing(kind: str, identifier: str, *, param: str = "id", status: int = 404) -> ApiError:
    """There is no such object."""
    return InvalidRequestError(
        f"No such {kind}: '{identifier}'", code="resource_missing", param=param, status=status
    )


def unknown_url(method: str, path: str) -> ApiError:
    """Stripe has no such endpoint, or this account does not simulate it."""
    return InvalidRequestError(
        f"Unrecognized request URL ({method}: {path}). "
        "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
        status=404,
    )


def rate_limited(reason: str | None) -> ApiError:
    """A 429; without a reason it is a lock that somebody else holds."""
    if reason is None:
        return RateLimitError(
            "This object cannot be accessed right now because another API request or Stripe "
            "process is currently accessing it. If you see this error intermittently, retry the "
            "request. If you see this error frequently and are making multiple concurrent "
            "requests to a single object, make your requests serially or at a lower rate.",
            code="lock_timeout",
        )
    return RateLimitError(
        "Request rate limit exceeded. You can learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        code="rate_limit",
        headers={"Stripe-Rate-Limited-Reason": reason},
    )


def server_error(status: int) -> ApiError:
    """A fault of the server's."""
    return ApiError(
        "An unknown error occurred. If this continues, let us know at https://support.stripe.com/.",
        status=status,
    )
