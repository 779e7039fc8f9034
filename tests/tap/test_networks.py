"""Networks that people have: proxies, and authorities of their own."""

import json
import os
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from stripe_simulator.keys import DEFAULT_KEY
from tap_stripe_apex import errors
from tap_stripe_apex.auth.credential import ApiKey
from tap_stripe_apex.auth.oauth import StripeApp
from tap_stripe_apex.wire.api import is_loopback
from tap_stripe_apex.wire.session import open_session
from tests.conftest import sync
from tests.patience import Clock, without_waiting
from tests.sockets import answering

BIN = Path(sys.executable).parent
NOWHERE = "http://127.0.0.1:9"
PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
BUNDLES = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]
EMPTY = b'{"object": "list", "data": [], "has_more": false}'


@pytest.fixture(autouse=True)
def _no_network_of_the_machine(monkeypatch):
    for name in (*PROXIES, *BUNDLES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(stripe, tmp_path):
    """A command of ours as a user runs it, in an environment."""

    def run(name, *arguments, environ, api_base=None):
        config = tmp_path / "config.json"
        config.write_text(json.dumps({"api_key": DEFAULT_KEY, "api_base": api_base or stripe.url}))
        return subprocess.run(
            [BIN / name, *arguments, "--config", config],
            env=os.environ | environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.slow
@pytest.mark.parametrize("command", [("tap-stripe-apex",), ("stripe-apex", "check")])
def test_loopback_never_goes_through_a_proxy(account, stripe, run, command):
    account.create_charge(100)
    done = run(*command, environ=dict.fromkeys(PROXIES, NOWHERE))
    assert done.returncode == 0, done.stderr
    assert len(stripe.requests) > 0


@pytest.mark.parametrize("name", PROXIES)
def test_no_proxy_that_the_environment_names_gets_loopback_to_see(stripe, monkeypatch, name):
    monkeypatch.setenv(name, NOWHERE)
    sync(stripe.url, patience=without_waiting())
    known = stripe.oauth.app
    app = StripeApp(known.client_id, known.secret_key, stripe.url, patience=without_waiting())
    with pytest.raises(errors.AuthenticationError, match="no longer accepts this connection"):
        app.refresh("rt_1")


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.8.8.8", True),
        ("http://LOCALHOST:1", True),
        ("http://[::1]:1", True),
        ("https://api.stripe.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
        ("", False),
    ],
)
def test_what_loopback_is(address, here):
    assert is_loopback(address) is here


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"])
def test_everything_else_goes_through_the_proxy(monkeypatch, name):
    monkeypatch.setenv(name, NOWHERE)
    with pytest.raises(errors.UnavailableError, match="the proxy did not let us through"):
        sync("https://stripe.example", patience=without_waiting())


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://[", "gopher://x"])
def test_a_proxy_that_cannot_be_used_is_named_at_once(monkeypatch, proxy):
    clock = Clock()
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(errors.UnavailableError, match="correct HTTPS_PROXY and ALL_PROXY"):
        sync("https://stripe.example", patience=without_waiting(clock))
    assert clock.now == 1000


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate of 127.0.0.1 that no usual authority signed, and its key."""
    folder = tmp_path_factory.mktemp("authority")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@pytest.fixture
def secure(authority):
    """A server behind that certificate, where Stripe has no charges."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "certificate.pem", authority / "key.pem")
    date = b"Date: Thu, 01 Oct 2026 00:00:00 GMT"
    length = f"Content-Length: {len(EMPTY)}".encode()
    head = b"\r\n".join([b"HTTP/1.1 200 OK", date, length, b"Connection: close"])
    with answering(head + b"\r\n\r\n" + EMPTY, tls=context) as url:
        yield url


@pytest.mark.parametrize("name", BUNDLES)
def test_the_authorities_that_a_variable_names_are_accepted(authority, secure, monkeypatch, name):
    monkeypatch.setenv(name, str(authority / "certificate.pem"))
    assert sync(secure, patience=without_waiting()).ids == []


def test_a_certificate_that_is_not_accepted_is_told_at_once_with_the_variable(secure):
    clock = Clock()
    with pytest.raises(errors.UnavailableError) as raised:
        sync(secure, patience=without_waiting(clock))
    assert one_line_with(raised, "its certificate was not accepted", "REQUESTS_CA_BUNDLE")
    assert clock.now == 1000
    app = StripeApp("ca_1", "sk_test_1", secure, patience=without_waiting(clock))
    with pytest.raises(errors.UnavailableError) as raised:
        app.refresh("rt_1")
    assert one_line_with(raised, "its certificate was not accepted", "SSL_CERT_FILE")
    assert clock.now == 1000


def one_line_with(raised, *words):
    """Whether the error is one line with all of these."""
    text = str(raised.value)
    return all(word in text for word in words) and "\n" not in text


@pytest.mark.parametrize("name", BUNDLES)
def test_authorities_that_do_not_vouch_for_it_are_named(secure, monkeypatch, name):
    monkeypatch.setenv(name, certifi.where())
    with pytest.raises(errors.UnavailableError) as raised:
        sync(secure, patience=without_waiting())
    assert one_line_with(raised, f"The authorities in {name} ({certifi.where()})")


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLES)
@pytest.mark.parametrize("content", [None, "not a certificate"], ids=["missing", "something else"])
def test_a_bundle_that_cannot_be_read_is_one_line(run, tmp_path, name, content):
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    done = run("tap-stripe-apex", environ={name: str(bundle)}, api_base="https://stripe.example")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "| ERROR " in line]
    assert f"{name} is {bundle}, which" in line
    assert "Traceback" not in done.stderr


def test_a_bundle_that_is_missing_stops_a_question_too(tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(errors.ConfigurationError, match="which is not there"):
        open_session(ApiKey(DEFAULT_KEY), {})


@pytest.mark.slow
def test_without_tls_nobody_looks_at_the_bundle(account, stripe, run, tmp_path):
    done = run("tap-stripe-apex", environ={"SSL_CERT_FILE": str(tmp_path / "missing.pem")})
    assert done.returncode == 0
