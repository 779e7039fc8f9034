"""One pace for all threads: even, slower after a 429, and back again."""

import pytest

from tap_stripe_apex.limiter import Limiter


class Clock:
    """Time that passes only by waiting."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def limiter(clock, per_second=10, concurrency=8):
    return Limiter(per_second, concurrency, clock=clock, sleep=clock.sleep)


def starts(pace, clock, count):
    times = []
    for _ in range(count):
        pace.wait()
        times.append(clock.now)
    return times


def test_requests_start_evenly(clock):
    times = starts(limiter(clock), clock, 11)
    assert times[-1] - times[0] == pytest.approx(1.0)


def test_a_pause_is_not_made_good_by_a_burst(clock):
    pace = limiter(clock)
    pace.wait()
    clock.sleep(60)
    times = starts(pace, clock, 10)
    assert times[-1] - times[0] == pytest.approx(0.6), "three slots are made good, no more"


def test_a_429_makes_everyone_wait_and_then_go_at_half_the_pace(clock):
    pace = limiter(clock)
    pace.wait()
    before = clock.now
    pace.limited(concurrency=False, pause=2.0)
    times = starts(pace, clock, 6)
    assert times[0] - before >= 2.0
    assert times[-1] - times[0] == pytest.approx(1.0)


def test_the_pace_recovers_bit_by_bit_and_never_beyond_the_setting(clock):
    pace = limiter(clock)
    pace.limited(concurrency=False, pause=0)
    for _ in range(1000):
        pace.answered(0.1)
    times = starts(pace, clock, 12)[1:]
    assert times[-1] - times[0] == pytest.approx(1.0)


def test_too_many_in_flight_halves_what_may_be_in_flight(clock):
    pace = limiter(clock, per_second=100)
    pace.answered(0.5)
    assert pace.in_flight == 8
    pace.limited(concurrency=True, pause=0)
    assert pace.in_flight == 4


def test_no_more_is_in_flight_than_the_pace_needs(clock):
    pace = limiter(clock, per_second=25, concurrency=16)
    pace.answered(0.12)
    assert pace.in_flight == 5, "25 a second at 120 ms are three, and some to spare"
