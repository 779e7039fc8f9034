"""A plugin of detect-secrets that finds the keys of Stripe.

Its own pattern finds only live keys, but a key of test mode can read a whole account, too.
"""

from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector


class StripeKeys(RegexBasedDetector):
    """Secret and restricted keys, and the secrets of webhooks.

    The made-up keys of the tests are shorter than any real one.
    """

    secret_type = "Stripe key"  # noqa: S105 - what such a secret is called
    denylist = (re.compile(r"\b(?:(?:sk|rk)_(?:test|live)|whsec)_[0-9A-Za-z]{24,}"),)
