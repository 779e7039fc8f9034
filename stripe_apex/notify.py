"""Notifies a webhook of problems, in JSON that Slack, Mattermost and others accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests

from stripe_apex.errors import OptionError
from tap_stripe_apex.errors import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE: Final = "APEX_NOTIFY_URL"
_TIMEOUT_SECONDS: Final = 10
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}


def notify(url: str, subject: str, problems: Iterable[str]) -> None:
    """Post `{"text": ...}` to a webhook.

    Args:
        url: the address of the webhook, which is a secret.
        subject: the subject of the problems.
        problems: a line for each problem; emails and keys are removed.

    Raises:
        OptionError: the address is not https, or the webhook does not accept the message.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise OptionError(f"{VARIABLE} must be an https address.")
    text = "\n".join([subject, *(f"- {redact(problem)}" for problem in problems)])
    try:
        requests.post(url, json={"text": text}, timeout=_TIMEOUT_SECONDS).raise_for_status()
    except requests.HTTPError as error:
        raise OptionError(
            f"The webhook of {VARIABLE} answered {error.response.status_code}: nobody was told."
        ) from None
    except requests.RequestException as error:
        raise OptionError(
            f"The webhook of {VARIABLE} cannot be reached ({type(error).__name__}): nobody was "
            "told."
        ) from None
