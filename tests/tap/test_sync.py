"""What all streams of a run share follows from the settings."""

import logging
from pathlib import Path

import pytest

import tap_stripe_apex
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.date_range import parse_date_range
from tap_stripe_apex.reading.sync import StripeSync
from tap_stripe_apex.settings import Settings


def sync_of(**config):
    return StripeSync(Settings.of(config), logging.getLogger("tap-stripe-apex"), list)


def test_the_last_thirty_days_are_wanted_where_nothing_is_said():
    assert sync_of().date_range == parse_date_range({"last_days": 30})
    assert sync_of(date_range=None, dateRange=None).date_range == sync_of().date_range


@pytest.mark.parametrize("name", ["date_range", "dateRange"])
def test_a_date_range_may_be_spelled_in_two_ways(name):
    wanted = {"start": "2026-01-01", "end": "2026-02-01"}
    assert sync_of(**{name: wanted}).date_range == parse_date_range(wanted)


def test_but_not_in_both_at_once():
    with pytest.raises(ConfigurationError, match="the same setting: keep one"):
        _ = sync_of(date_range={"last_days": 3}, dateRange={"last_days": 3}).date_range


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_requests_per_second", 0),
        ("max_concurrency", 0),
        ("max_concurrency", 65),
        ("account_id", "acct-1"),
        ("api_base", "http://example.com"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_by_its_name(setting, value):
    with pytest.raises(ConfigurationError, match=setting):
        sync_of(api_key="rk_test_abc", **{setting: value}).check()


def test_null_is_the_default():
    names = {
        "api_key": None,
        "allow_secret_key": False,
        "max_requests_per_second": 20,
        "max_concurrency": 16,
        "expand_balance_transactions": False,
    }
    settings = Settings.of(dict.fromkeys(names))
    assert {name: getattr(settings, name) for name in names} == names


def test_the_settings_do_not_show_their_secrets():
    secrets = {"api_key": "rk_test_abcdef", "access_token": "at_secret", "refresh_token": "rt_12"}
    shown = repr(Settings.of(secrets))
    assert not any(secret in shown for secret in secrets.values())


def test_a_key_of_another_mode_is_another_source():
    assert sync_of(api_key="rk_test_abc").source == "test"
    assert sync_of(api_key="rk_live_abc", account_id="acct_1").source == "live acct_1"


def test_the_environment_of_the_process_is_read_in_one_room():
    rooms = Path(tap_stripe_apex.__file__).parent.rglob("*.py")
    readers = [room.name for room in rooms if "os.environ" in room.read_text()]
    assert readers == ["places.py"]
