"""A plan never costs more than one request a change, and what was read is never read again."""

from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.reading.events import Change
from tap_stripe_apex.reading.plan import finished_windows, plan_reads
from tap_stripe_apex.reading.windows import Window, union


@st.composite
def changed(draw):
    created = draw(st.lists(st.one_of(st.none(), st.integers(0, 100_000)), max_size=1500))
    return [Change(f"ch_{n}", second, 0) for n, second in enumerate(created)]


@given(changed(), st.one_of(st.none(), st.floats(0.001, 10_000)))
def test_a_plan_reads_every_change_once_for_at_most_one_request_each(changes_, seconds_per_object):
    plan = plan_reads(changes_, seconds_per_object)
    planned = [*plan.dated, *plan.undated]
    assert all(change.created is None for change in plan.undated)
    assert sorted(change.id for change in planned) == sorted(change.id for change in changes_)
    assert all(run for run in plan.together)
    for run in plan.together:
        assert [c.created for c in run] == sorted((c.created for c in run), reverse=True)


def test_neighbours_are_listed_together_and_strangers_singly():
    near = [Change(f"ch_{n}", 1000 + n, 0) for n in range(50)]
    far = [Change("ch_a", 900_000, 0), Change("ch_b", 1_900_000, 0), Change("ch_c", None, 0)]
    plan = plan_reads([*near, *far], seconds_per_object=60)
    assert [len(run) for run in plan.together] == [50]
    assert {change.id for change in plan.singly} == {"ch_a", "ch_b"}
    assert {change.id for change in plan.undated} == {"ch_c"}


def test_a_long_run_is_split_in_two_and_never_within_a_second():
    run = [Change(f"ch_{n}", n // 1600, 0) for n in range(4000)]
    plan = plan_reads(run, seconds_per_object=1)
    assert len(plan.together) == 2
    seconds = [{change.created for change in part} for part in plan.together]
    assert sum(map(len, seconds)) == len(set.union(*seconds))


@given(st.lists(st.integers(0, 5), max_size=3000))
def test_objects_of_one_second_are_never_parted(created):
    run = [Change(f"ch_{n}", second, 0) for n, second in enumerate(created)]
    parts = plan_reads(run, seconds_per_object=1).together
    seconds = [{change.created for change in part} for part in parts]
    assert sum(map(len, seconds)) == len(set().union(*seconds))


seconds = st.lists(st.integers(0, 60), max_size=12)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: Window(*sorted(p)))),
    seconds,
    seconds,
)
def test_finished_windows_hold_all_that_is_done_and_nothing_that_is_pending(covered, done, pending):
    windows = finished_windows(covered, done, pending)
    assert windows == union(windows)
    for second in range(61):
        inside = any(second in window for window in windows)
        known = any(second in window for window in covered)
        if inside:
            assert known
            assert second not in pending
        if known and second in done and second not in pending:
            assert inside
    assert len(windows) <= len(set(done)) * max(1, len(covered))
