"""What the page makes of a pipeline's output."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex.progress import OutputReader, Progress
from tap_stripe_apex.errors import printable
from tap_stripe_apex.reading.display import Facts


def said(event, by="tap-stripe-apex", **more):
    return json.dumps({"event": event, "string_id": by, "level": "info", **more})


@given(
    st.sampled_from(["charges", "balance_transactions"]),
    st.integers(0, 100),
    st.integers(0, 10**9),
    st.floats(0.1, 1e5),
    st.sampled_from(["", "waiting for 40 s: Stripe answered 503 while reading charges"]),
)
def test_the_line_that_the_tap_logs_is_understood(stream, percent, records, seconds, waits):
    facts = Facts(stream, percent, records, 7, seconds, waits)
    assert str(Facts.parse(str(facts))) == str(facts)
    reader = OutputReader()
    reader.read(said(str(facts)))
    stage = f"Reading {stream.replace('_', ' ')}"
    assert reader.progress == Progress(
        stage, percent, f"{records:,} records, {facts.pace}{f'; {waits}' if waits else ''}"
    )


HOSTILE = st.text() | st.text(st.sampled_from("\x1b[31m\x07\x9b\x85\u202e@.ann\t\r\n \x1c"))


@given(HOSTILE, st.booleans())
def test_nothing_that_is_shown_commands_a_terminal_or_has_an_address(text, as_json):
    reader = OutputReader()
    line = f"{text} ann@example.com"
    shown = reader.read(said(line, by=text, err=line) if as_json else line)
    assert printable(shown) == shown
    assert "ann@example.com" not in shown
    reader.read(said("Block run completed", success=False, exit_codes={}, err=line))
    assert printable(reader.progress.reason) == reader.progress.reason
    assert "ann@example.com" not in reader.progress.reason


@given(st.text() | st.dictionaries(st.text(), st.integers()).map(json.dumps))
def test_no_line_stops_a_sync(line):
    reader = OutputReader()
    reader.read(line)
    assert reader.progress == Progress()


BLOCK = "Block run completed"
TAP_FAILS = [
    said("Beginning sync of 'charges' in log_based mode"),
    said("target-apex v0.1.0", by="target-apex"),
    said("This key cannot read charges. Grant 'Charges: Read' to it."),
    said("Reader completed", by="target-apex"),
    said(BLOCK, by="", success=False, err="Extractor failed", exit_codes={"extractors": 1}),
]
TARGET_FAILS = [
    said("Asked Stripe 2 times in 1.0 s (records: 3, retries: 0, used 1%)."),
    said("The disk is full.", by="target-apex"),
    said(BLOCK, by="", success=False, err="Loader failed", exit_codes={"loaders": 1}),
]
MODELS_FAIL = [
    said(BLOCK, by="", success=True, block_type="ExtractLoadBlocks"),
    said("19:03:53  Failure in test no_rate_is_missing (tests/x.sql)", by="dbt", name="dbt"),
    said("19:03:53    Got 1834 results, configured to fail if != 0", by="dbt", name="dbt"),
    said(BLOCK, by="", success=False, err="`dbt build` failed", block_type="InvokerCommand"),
]


FIRST = (
    "test no_rate_is_missing (about fct_revenue): Got 3 results, configured to fail if != 0. "
    "Some money has no exchange rate. Import a CSV of rates."
)
SECOND = "model mart_channels: Runtime Error in model mart_channels. Channels by day."
REMEDY = "Some money has no exchange rate. Import a CSV of rates."


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            [*MODELS_FAIL, FIRST],
            f"Stripe was read and loaded, but a check failed: {REMEDY}",
        ),
        (
            [*MODELS_FAIL, FIRST, SECOND],
            f"Stripe was read and loaded, but 2 checks failed. The first of them: {REMEDY}",
        ),
        ([*TAP_FAILS, FIRST], "This key cannot read charges. Grant 'Charges: Read' to it."),
        (TAP_FAILS, "This key cannot read charges. Grant 'Charges: Read' to it."),
        (TARGET_FAILS, "The disk is full."),
        (MODELS_FAIL, "Stripe was read and loaded, but then: Failure in test no_rate_is_missing."),
        ([said(BLOCK, by="", success=False, err="No such job")], "No such job"),
    ],
    ids=["remedy", "remedies", "other program", "tap", "target", "models", "nobody"],
)
def test_a_failure_is_told_in_the_words_of_whoever_failed(lines, reason):
    reader = OutputReader()
    for line in lines:
        reader.read(line)
    assert reader.progress.reason == reason


def test_the_stages_of_a_sync():
    reader = OutputReader()
    stages = [reader.progress.stage]
    for line in (
        said("Beginning sync of 'charges' in log_based mode"),
        said("Asked Stripe 208 times in 2.6 s (records: 19,407, retries: 0, used 79%)."),
        said(BLOCK, by="", success=True, block_type="ExtractLoadBlocks"),
        said(BLOCK, by="", success=True, block_type="InvokerCommand"),
    ):
        reader.read(line)
        stages.append(reader.progress.stage)
    assert stages == ["Starting", "Reading charges", "Loading", "Building the models", "Finishing"]
    assert reader.progress.records == "19,407"


@pytest.mark.parametrize("secret", ["rk_live_51Secret", "rt_secret", "jenny@example.com"])
def test_no_secret_is_shown(secret):
    reader = OutputReader()
    shown = [reader.read(line) for line in (said(f"Look: {secret}"), secret, f"  USD   {secret}")]
    assert all(secret not in line and "****" in line for line in shown)


def test_a_table_in_the_log_keeps_its_columns():
    assert OutputReader().read("  USD   818,858.60\n") == "  USD   818,858.60"
