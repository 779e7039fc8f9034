"""With a secret, no address leaves the tap, and equal addresses have equal hashes."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import duckdb
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_simulator.account import Account
from stripe_simulator.server import serve
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.hashing import Hashing, replace_addresses
from tests.conftest import NOW, sync
from tests.tap.catalogs import select

SECRET = "0123456789abcdef" * 4
HASHING = Hashing(SECRET)
ANN = sha256(f"{SECRET}:ann@example.com".encode()).hexdigest()


@pytest.fixture(scope="module")
def account():
    """An account in which every text that the shop or the payer writes has an address in it."""
    account = Account(now=NOW)
    written = {"email": " Ann@Example.com", "ref-ann@example.com": "v_1", "plan": "team"}
    customer = account.create_customer("Ann@Example.com ", metadata=written)
    account.create_charge(
        1000,
        customer=customer,
        receipt_email="ANN@example.com",
        billing_email="ann@example.com",
        description="For ann@example.com, see https://shop.example/?mail=Ann%40example.com&x=1",
        metadata=written,
    )
    session = account.create_session(500, client_reference_id="ann@example.com", metadata=written)
    paid = account.create_charge(500, customer=customer)
    account.complete_session(session, paid, email="ann@EXAMPLE.com")
    account.refund(paid, 100)
    return account


@pytest.fixture(scope="module")
def output(account):
    with serve(account) as server:
        streams = ("charges", "customers", "refunds", "balance_transactions", "checkout_sessions")
        catalog = select(server.url, *streams)
        return sync(server.url, None, catalog, hash_emails=SECRET)


def test_no_message_has_an_address(output):
    assert {line["stream"] for line in output.of("RECORD")} >= {"charges", "customers"}
    assert b"@" not in msgspec.json.encode(output.lines).replace(b"@context", b"")


def test_all_spellings_of_an_address_have_one_hash(output):
    charge = max(output.records(), key=lambda record: record["amount"])
    columns = ("customer_email", "receipt_email", "billing_email")
    assert {charge[name] for name in columns} == {ANN}
    assert charge["customer_email_source"] == "customer"
    reference = HASHING.address("ref-ann@example.com")
    written = {"email": f" {ANN}", reference: "v_1", "plan": "team"}
    assert charge["metadata"] == charge["customer_metadata"] == written
    assert charge["description"] == (f"For {ANN}, see https://shop.example/?mail={ANN}&x=1")
    (customer,) = output.records("customers")
    assert customer["email"] == ANN
    (session,) = output.records("checkout_sessions")
    assert (session["customer_email"], session["client_reference_id"]) == (ANN, ANN)


@pytest.mark.parametrize("secret", ["true", "short", SECRET.upper(), SECRET + "0"])
def test_what_is_no_secret_is_refused_and_not_shown(secret):
    with pytest.raises(ConfigurationError, match="openssl rand -hex 32") as refused:
        Hashing(secret)
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("https://medium.com/@ann/post", id="a name at a site"),
        pytest.param("3 @ 5 EUR", id="a price"),
        pytest.param("100%", id="a percent sign"),
        pytest.param("https://shop.example/?a=1%2B1", id="another escape"),
    ],
)
def test_what_is_no_address_stays(text):
    assert HASHING.text(text) == text


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("ann@example.com", id="plain"),
        pytest.param("ann+shop@example.co.uk", id="a tag"),
        pytest.param("o'neil@example.com", id="an apostrophe"),
        pytest.param("zoë@müller.example", id="other letters"),
        pytest.param("ann@xn--mller-kva.xn--p1ai", id="punycode"),
        pytest.param("Ann@Example.COM", id="upper case"),
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "<{}>", "mailto:{}", "x={}&y=1", '"{}"', "to {}.", "({})"]
)
def test_an_address_is_found_in_any_text(address, around):
    hashed = HASHING.address(address)
    assert HASHING.text(around.format(address)) == around.format(hashed)
    in_url = around.format(address.replace("@", "%40"))
    assert HASHING.text(in_url) == around.format(hashed)


def test_blanks_are_no_address():
    assert HASHING.address(" \u200b") is None
    assert HASHING.address(None) is None


addresses = st.from_regex(re.compile(r"[\w.+ -]{1,12}@[\w.-]{1,12}"), fullmatch=True)


@given(st.text() | addresses)
def test_a_hash_stays_as_it_is(text):
    once = HASHING.address(text)
    assert HASHING.address(once) == once
    assert HASHING.text(HASHING.text(text)) == HASHING.text(text)
    if once is not None:
        assert HASHING.anything([{"a": once}]) == [{"a": once}]


@pytest.fixture(scope="module")
def normal_in_duckdb():
    """The recipe over the expression of the macro `normalize_email`."""
    macros = (Path(__file__).parents[2] / "transform/macros/text.sql").read_text()
    macro = macros.split("macro invisible_characters()", 1)[1]
    invisible = re.search(r"\{\{ return\(\n\s+'(.+)'\n", macro)[1]
    invisible = invisible.encode("ascii").decode("unicode-escape")
    visible = f"regexp_replace(address, '[\\x00{invisible}]+', '', 'g')"
    normal = f"nullif(nfc_normalize(lower(nfc_normalize({visible}))), '')"
    with duckdb.connect() as connection:

        def hashed(addresses):
            return (
                connection.execute(
                    f"select list(sha256('{SECRET}:' || {normal})) from "
                    "(select unnest($1::varchar[]) as address)",
                    [addresses],
                ).fetchone()[0]
                or []
            )

        yield hashed


LETTERS = st.characters(max_codepoint=0x2FFF, categories=["L", "N", "P", "Z", "Cc", "Cf"])


@given(st.lists(st.text(LETTERS, max_size=8).map("{}@Example.com".format), max_size=20))
def test_the_hash_is_what_a_database_computes(normal_in_duckdb, texts):
    """By the recipe of docs/privacy.md, over the address as the models normalise it."""
    ours = [HASHING.address(text) for text in texts]
    assert normal_in_duckdb(texts) == ours


@pytest.mark.parametrize(
    ("written", "hashed"),
    [
        pytest.param("Ann@Example.com ", "ann@example.com", id="upper case and a blank"),
        pytest.param(
            "\u0391\u03a3@example.com",
            "\u03b1\u03c3@example.com",
            id="a sigma at the end of a word",
        ),
        pytest.param("\ud800@example.com", "\ud800@example.com", id="half of a letter"),
    ],
)
def test_an_address_is_hashed_as_databases_write_it(written, hashed):
    expected = sha256(f"{SECRET}:{hashed}".encode("utf-8", "surrogatepass")).hexdigest()
    assert Hashing(SECRET).address(written) == expected


def test_an_escape_in_an_address_that_has_its_sign_is_part_of_it():
    assert replace_addresses("a%2Bb@example.com", str.upper) == "A%2BB@EXAMPLE.COM"
    assert replace_addresses("a%2Bb%40example.com", str.upper) == "A+B@EXAMPLE.COM"


def test_an_address_for_which_there_is_nothing_else_stays():
    assert replace_addresses("to ann@example.com", lambda _: None) == "to ann@example.com"
