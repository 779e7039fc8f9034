"""What a run asked of Stripe, in one line that can be read back."""

from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.wire.usage import Summary, Usage

counts = st.integers(0, 10**9)


@given(counts, counts, counts, st.floats(0, 1e6), st.sampled_from([0.5, 12, 20, 250]))
def test_the_line_says_what_was_counted(requests, retries, records, seconds, per_second):
    times = iter([0.0, seconds])
    usage = Usage(requests, retries, clock=lambda: next(times))
    said = Usage.parse(usage.summary(records, per_second))
    assert said == Summary(requests, float(f"{seconds:.1f}"), records, retries)


@given(st.text())
def test_no_other_line_is_taken_for_it(line):
    assert Usage.parse(line) is None
