"""One pace for all threads: even, slower after a 429, and back again."""

import threading
import time
from bisect import bisect_left, bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.wire.limiter import Limiter


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


def test_latency_is_an_average_that_follows_by_a_fifth(clock):
    pace = limiter(clock, concurrency=64)
    pace.answered(1.0)
    pace.answered(2.1)
    assert pace.in_flight == 17, "10 a second at 1.22 s are 12.2, a quarter more, and one to spare"


def test_an_answer_gives_back_its_share_of_twenty_seconds(clock):
    pace = limiter(clock)
    for _ in range(2):
        pace.limited(concurrency=False, pause=0)
    pace.answered(0.1)
    first, second = starts(pace, clock, 4)[-2:]
    assert second - first == pytest.approx(1 / (2.5 + 10 / 200))


def test_what_may_be_in_flight_comes_back_as_slowly(clock):
    pace = limiter(clock, concurrency=64)
    pace.limited(concurrency=True, pause=0)
    for _ in range(51):
        pace.answered(10.0)
    assert pace.in_flight == 48, "32, and a quarter of 64 in five seconds"


def test_however_many_429s_come_one_request_in_flight_and_some_of_the_pace_stay(clock):
    pace = limiter(clock)
    pace.answered(100.0)
    for _ in range(20):
        pace.limited(concurrency=True, pause=0)
        pace.limited(concurrency=False, pause=0)
    assert pace.in_flight == 1
    first, second = starts(pace, clock, 4)[-2:]
    assert second - first == pytest.approx(3.2)


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.integers(1, 60)),
        st.tuples(st.just("idle"), st.floats(0, 5)),
        st.tuples(st.just("answered"), st.floats(0.001, 3)),
        st.tuples(st.just("too fast"), st.floats(0, 3)),
        st.tuples(st.just("too many"), st.floats(0, 3)),
    ),
    max_size=40,
)


def play(pace, clock, story):
    """What the limiter is told, and when it let requests start."""
    times, pauses = [], []
    for kind, value in story:
        if kind == "start":
            times += starts(pace, clock, value)
        elif kind == "idle":
            clock.sleep(value)
        elif kind == "answered":
            pace.answered(value)
        else:
            pauses.append((clock.now, clock.now + value))
            pace.limited(concurrency=kind == "too many", pause=value)
    return times, pauses


@given(st.integers(1, 100), happenings)
def test_no_second_sees_more_than_the_setting_and_three_missed_slots(per_second, story):
    clock = Clock()
    times, _ = play(limiter(clock, per_second=per_second), clock, story)
    most = max((bisect_left(times, t + 1 - 1e-6) - n for n, t in enumerate(times)), default=0)
    assert most <= per_second + 3


@given(st.integers(1, 100), happenings)
def test_nobody_starts_while_a_pause_lasts(per_second, story):
    clock = Clock()
    times, pauses = play(limiter(clock, per_second=per_second), clock, story)
    for begin, end in pauses:
        assert bisect_left(times, end - 1e-6) <= bisect_right(times, begin)


def test_who_waits_for_a_slot_when_a_429_comes_waits_for_the_pause_too(clock):
    def sleep(seconds):
        clock.sleep(seconds)
        if clock.now < 1000.2:
            pace.limited(concurrency=False, pause=5.0)

    pace = Limiter(10, 8, clock=clock, sleep=sleep)
    times = starts(pace, clock, 3)
    assert times[0] == 1000.0
    assert times[1] >= 1005.0, "its slot would have come after a tenth of a second"


@given(st.integers(1, 64), st.integers(1, 100), happenings)
def test_never_more_in_flight_than_the_setting_and_never_none(concurrency, per_second, story):
    clock = Clock()
    pace = limiter(clock, per_second, concurrency)
    for n in range(len(story) + 1):
        play(pace, clock, story[n : n + 1])
        assert 1 <= pace.in_flight <= concurrency


@given(st.integers(2, 100), st.integers(1, 4))
def test_each_429_halves_the_pace_and_twenty_seconds_of_answers_restore_it(per_second, times):
    clock = Clock()
    pace = limiter(clock, per_second=per_second)
    for _ in range(times):
        pace.limited(concurrency=False, pause=0)
    slow = starts(pace, clock, 4)[-2:]
    assert slow[1] - slow[0] == pytest.approx(2**times / per_second)
    for _ in range(20 * per_second):
        pace.answered(0.1)
    fast = starts(pace, clock, 4)[-2:]
    assert fast[1] - fast[0] == pytest.approx(1 / per_second)


def test_all_threads_share_one_pace():
    pace = Limiter(200, 8)
    times, lock = [], threading.Lock()

    def work():
        for _ in range(15):
            pace.wait()
            with lock:
                times.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 120
    assert max(times) - min(times) >= (120 - 1 - 3) / 200 - 0.02, "not each thread at that pace"
