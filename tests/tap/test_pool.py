"""One pool of threads: everything comes, an error ends it, and little waits to be taken."""

import threading
import time
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_stripe_apex.wire.limiter import Limiter
from tap_stripe_apex.wire.pool import in_parallel


def limiter(concurrency, latency=1.0):
    """One by which as many requests are useful as may be in flight."""
    found = Limiter(1000, concurrency)
    found.answered(latency)
    return found


@settings(max_examples=50)
@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 8))
def test_each_result_of_each_job_comes_once_and_in_the_job_s_order(lengths, concurrency):
    jobs = [partial(lambda job, length: ((job, n) for n in range(length)), *job)
            for job in enumerate(lengths)]  # fmt: skip
    found = list(in_parallel(jobs, limiter(concurrency)))
    assert sorted(found) == [(job, n) for job, length in enumerate(lengths) for n in range(length)]
    for job in range(len(lengths)):
        assert [n for of, n in found if of == job] == list(range(lengths[job]))


def test_jobs_are_done_at_the_same_time():
    together = threading.Barrier(4, timeout=10)

    def job():
        together.wait()
        yield "done"

    assert list(in_parallel([job] * 4, limiter(4))) == ["done"] * 4


def test_the_first_error_ends_it():
    def fails():
        yield 1
        raise ValueError("it failed")

    with pytest.raises(ValueError, match="it failed"):
        list(in_parallel([fails, *[lambda: iter([2])] * 50], limiter(3)))


def test_little_waits_to_be_taken():
    brought = []

    def job():
        for n in range(100):
            brought.append(n)
            yield n

    results = in_parallel([job] * 10, limiter(4))
    next(results)
    time.sleep(0.3)
    assert len(brought) <= 1 + 4 + 4, "one was taken; as many wait, and as many are in flight"
    results.close()
    time.sleep(0.1)
    stopped = len(brought)
    time.sleep(0.2)
    assert len(brought) == stopped
