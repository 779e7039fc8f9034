"""The error responses of Stripe's API.

ApiError
├── InvalidRequestError   400, 404: the request is invalid, or names a missing object
├── AuthenticationError   401: the key is missing, wrong or expired
├── PermissionDeniedError 403: the key may not do that
└── RateLimitError        429: too many requests, or a lock timeout
"""

from collections.abc import Mapping
from typing import ClassVar

from stripe_simulator.objects.encoding import encode

_DOCS = "https://stripe.com/docs/error-codes/"


class ApiError(Exception):
    """An error response; `headers` are sent with it."""

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
        """The error as Stripe's JSON."""
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
    """The request is wrong; a retry does not help."""

    status = 400
    type = "invalid_request_error"


class AuthenticationError(InvalidRequestError):
    """The request has no valid key."""

    status = 401


class PermissionDeniedError(InvalidRequestError):
    """The key is known but may not do that."""

    status = 403


class RateLimitError(InvalidRequestError):
    """There are too many requests; a later retry helps."""

    status = 429


def missing(kind: str, identifier: str, *, param: str = "id", status: int = 404) -> ApiError:
    """The error for an object that does not exist."""
    return InvalidRequestError(
        f"No such {kind}: '{identifier}'", code="resource_missing", param=param, status=status
    )


def unknown_url(method: str, path: str) -> ApiError:
    """The error for an endpoint that Stripe does not have, or the account does not simulate."""
    return InvalidRequestError(
        f"Unrecognized request URL ({method}: {path}). "
        "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
        status=404,
    )


def rate_limited(reason: str | None) -> ApiError:
    """A 429; without a reason, it is about a lock that another request holds."""
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
    """An error of the server, such as 500."""
    return ApiError(
        "An unknown error occurred. If this continues, let us know at https://support.stripe.com/.",
        status=status,
    )
