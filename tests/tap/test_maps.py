"""The SDK's stream maps and flattening work, or one line says which expression fails and why."""

import operator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.amounts import Amount
from tap_stripe_apex.errors import ConfigurationError
from tests.conftest import sync


@pytest.fixture
def mapped(account, stripe):
    """Read one charge of 11.01 without any email, with a map of its stream."""
    account.create_charge(1101, metadata={"k": "v"})
    return lambda **maps: sync(stripe.url, stream_maps={"charges": maps}).records()


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("receipt_email.lower()", "'receipt_email' is null"),
        ("customer_mail", "the record has no 'customer_mail'"),
        ('record["nope"]', "there is no 'nope'"),
        ("amount / 0", "it cannot be computed"),
        ("amount + 'x'", "unsupported operand type"),
        ("lower(id)", "Function 'lower' not defined"),
    ],
)
@pytest.mark.parametrize("name", ["email", "__filter__"])
def test_an_expression_that_fails_is_named_with_stream_property_and_reason(
    mapped, name, expression, reason
):
    with pytest.raises(ConfigurationError) as error:
        mapped(**{name: expression})
    said = f"The stream map of 'charges' fails at {name!r}, {expression}: {reason}"
    assert str(error.value).startswith(said)


def test_the_error_of_an_expression_shows_no_value(account, stripe):
    account.create_charge(100, billing_email="someone@example.com")
    with pytest.raises(ConfigurationError, match="it raises ValueError") as error:
        sync(stripe.url, stream_maps={"charges": {"n": "int(billing_email)"}})
    assert "someone" not in str(error.value)


@pytest.mark.parametrize("expression", ["id[", "import os", ""])
@pytest.mark.parametrize("stream", ["charges", "refunds", "*"])
def test_what_is_no_expression_is_refused_before_any_request(stripe, stream, expression):
    with pytest.raises(ConfigurationError, match=r"^stream_maps: 'x' of .* is no expression"):
        sync(stripe.url, stream_maps={stream: {"x": expression}})
    assert not stripe.requests


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("revenue * 1.5", Decimal("16.515")),
        ("float(revenue) * 2", 22.02),
        ("0.1 + revenue", Decimal("11.11")),
        ("revenue - amount", Decimal("-1089.99")),
        ("str(revenue)", "11.01"),
    ],
)
def test_amounts_compute_with_what_an_expression_holds(mapped, expression, value):
    (record,) = mapped(x=expression)
    assert Decimal(str(record["x"])) == Decimal(str(value))


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("revenue == 11.01", 1),
        ("11.01 == revenue", 1),
        ("revenue != 11.01", 0),
        ("revenue > 11", 1),
        ("revenue < 11.01", 0),
        ("revenue in (1.5, 11.01)", 1),
        ("record['revenue'] == 11.01", 1),
    ],
)
def test_a_filter_compares_amounts_as_they_are_written(mapped, rule, kept):
    assert len(mapped(__filter__=rule)) == kept


@given(
    st.decimals(-(10**9), 10**9, places=4),
    st.floats(-1e6, 1e6).filter(lambda f: abs(f) > 1e-6) | st.integers(-(10**6), 10**6),
)
def test_an_amount_computes_as_the_decimal_of_what_is_written(one, other):
    exact = Decimal(repr(other)) if isinstance(other, float) else Decimal(other)
    for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert compare(Amount(one), other) == compare(one, exact)
        assert compare(other, Amount(one)) == compare(exact, one)
    for compute in (operator.add, operator.sub, operator.mul):
        assert compute(Amount(one), other) == compute(one, exact)
        assert compute(other, Amount(one)) == compute(exact, one)
        assert isinstance(compute(other, Amount(one)), Amount)
    assert hash(Amount(one)) == hash(one)


def test_maps_of_all_streams_leave_those_alone_that_are_not_selected(account, stripe):
    account.create_charge(100)
    output = sync(stripe.url, stream_maps={"*": {"source": "'stripe'"}})
    assert [record["source"] for record in output.records()] == ["stripe"]
    assert {line["stream"] for line in output.of("SCHEMA")} == {"charges"}


def test_a_map_that_removes_the_key_is_refused_with_the_stream(stripe):
    with pytest.raises(ConfigurationError, match=r"map of 'charges' cannot be used: Removing key"):
        sync(stripe.url, stream_maps={"*": {"id": None}})


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_flattening_keeps_objects_without_declared_properties_as_one_column(account, stripe, depth):
    account.create_charge(100, metadata={"k": "v"})
    output = sync(stripe.url, flattening_enabled=True, flattening_max_depth=depth)
    (schema,), (record,) = output.of("SCHEMA"), output.records()
    assert record["metadata"] == '{"k":"v"}'
    assert set(record) == set(schema["schema"]["properties"])


def test_a_column_that_flattening_would_name_twice_is_named(account, stripe):
    account.create_charge(100)
    maps = {"charges": {"a": "record", "a__id": "id"}}
    with pytest.raises(ConfigurationError, match=r"two columns 'a__id'.*flattening_separator"):
        sync(stripe.url, stream_maps=maps, flattening_enabled=True, flattening_max_depth=2)


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ({"y": {"__source__": None}}, "'__source__' of 'y' must be the name of a stream"),
        ({"y": {"__source__": "charges", "__alias__": "z"}}, "both __source__ and __alias__"),
        ({"charges": {"__alias__": "1/0"}}, "'charges' cannot be used: division by zero"),
    ],
    ids=range(3),
)
def test_a_map_that_makes_no_sense_is_refused_before_any_request(stripe, maps, words):
    with pytest.raises(ConfigurationError) as error:
        sync(stripe.url, stream_maps=maps)
    assert words in str(error.value)
    assert not stripe.requests
