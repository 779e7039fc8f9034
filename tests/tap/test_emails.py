"""The customer's email, else the receipt's, else the billing one; and which it was."""

import pytest

from tap_stripe_apex.streams.emails import NO_EMAIL, ResolvedEmail, resolve

C, R, B = "c@example.com", "r@example.com", "b@example.com"


@pytest.mark.parametrize(
    ("customer", "receipt", "billing", "expected"),
    [
        pytest.param(C, R, B, ResolvedEmail(C, "customer"), id="customer first"),
        pytest.param(None, R, B, ResolvedEmail(R, "receipt"), id="then receipt"),
        pytest.param(None, None, B, ResolvedEmail(B, "billing"), id="guests have billing alone"),
        pytest.param(None, None, None, NO_EMAIL, id="nothing"),
        pytest.param("", R, None, ResolvedEmail(R, "receipt"), id="empty is no email"),
        pytest.param("  ", "\t", B, ResolvedEmail(B, "billing"), id="blank is no email"),
        pytest.param(
            " C@Example.com", R, B, ResolvedEmail(" C@Example.com", "customer"), id="as is"
        ),
    ],
)
def test_the_email_comes_from_the_best_source(customer, receipt, billing, expected):
    assert resolve(customer=customer, receipt=receipt, billing=billing) == expected
