"""A person's address goes wherever it is written, and nobody else's does."""

import pytest

from stripe_apex.privacy.erasure import spelled_as, without

ANN = {"ann.lee@x.org"}


@pytest.mark.parametrize(
    "text",
    [
        "'{}'", "*{}*", "_{}_", "`{}`", "{{{}}}", "|{}|", "~{}", "${}", "<{}>", "({})", "{}.",
        "https://x.org/?e={}&b=1", "?next=%2Fp%3Femail%3D{}", "%22{}%22", "a\\n{}\\nb",
        "{}.csv", "{}.xlsx", "export of {}.csv.gz",
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", ["@", "%40", "%2540"])
def test_an_address_goes_whatever_stands_beside_it(text, at):
    written = text.format(f"Ann.Lee{at}x.org")
    assert without(written, ANN, "gone", spelled_as(ANN)) == text.format("gone")


@pytest.mark.parametrize(
    "text", ["joann.lee@x.org", "jo.ann.lee@x.org", "jo+ann.lee@x.org", "jo_ann.lee@x.org",
             "jo-ann.lee@x.org", "ann.lee@x.org.au", "ann.lee@x.organic", "ann.lee@x.org-a.com"],
)  # fmt: skip
def test_the_address_of_somebody_else_stays(text):
    assert without(text, ANN, "gone", spelled_as(ANN)) == text
