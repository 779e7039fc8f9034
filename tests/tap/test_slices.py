"""Any history, read in any order of answers, comes out whole, once, and oldest first."""

import heapq
import random
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tap_stripe_apex.reading.slices import MAX_BUFFERED, PAGE_SIZE, PAGES_PER_SLICE, PORTION, Slices
from tap_stripe_apex.reading.windows import Window, union

DAY = 86_400


@dataclass(frozen=True)
class Item:
    id: int
    created: int


class Account:
    """Lists newest first and pages by cursor, as Stripe does."""

    def __init__(self, seconds):
        self.times = sorted(seconds)
        self.items = [Item(id_, created) for id_, created in enumerate(self.times)]
        self.requests = 0

    @property
    def whole(self):
        """The range in which everything lies."""
        return Window(0, self.times[-1] + 1)

    def page(self, request):
        self.requests += 1
        start, end = (bisect_left(self.times, second) for second in request.window)
        if request.read:
            end = request.read[-1].id
        page = self.items[max(start, end - PAGE_SIZE) : end]
        return page[::-1], len(page) < end - start

    def read(self, slices, in_flight=1, pick=lambda _: 0):
        """Everything that `slices` brings, by so many requests at once, answered in any order."""
        flying, taken = [], []
        while not slices.finished:
            while len(flying) < in_flight and (request := slices.ask()):
                flying.append(request)
            assert flying, "nothing in flight and nothing to ask: stuck"
            request = flying.pop(pick(len(flying)))
            items, has_more = self.page(request)
            slices.answer(request, items, has_more=has_more)
            taken += iter(slices.take, None)
        return taken


@dataclass
class Course:
    """How a run went, by a clock that only waits."""

    seconds: float
    pages: int
    charges: int
    most_waiting: int

    def pace(self, per_second):
        """Charges a second, as a share of what so many requests a second allow."""
        return self.charges / self.seconds / (per_second * PAGE_SIZE)


def run(times, *, per_second, in_flight, latency=0.12, late=None, seed=0):
    """List an account: evenly spaced requests whose answers take about `latency` seconds.

    Args:
        times: when its charges were created.
        per_second: requests.
        in_flight: requests.
        latency: in seconds; each answer takes up to a fifth less or more.
        late: additional seconds of single requests, by their number.
        seed: of the latencies.
    """
    account, dice = Account(times), random.Random(seed)
    slices = Slices([account.whole])
    now = slot = 0.0
    flying, taken, most_waiting = [], [], 0
    while not slices.finished:
        while len(flying) < in_flight and (request := slices.ask()):
            start = max(now, slot)
            slot = start + 1 / per_second
            answered = start + latency * dice.uniform(0.8, 1.2)
            answered += (late or {}).get(account.requests, 0)
            heapq.heappush(flying, (answered, account.requests, request, account.page(request)))
        now, _, request, (items, has_more) = heapq.heappop(flying)
        slices.answer(request, items, has_more=has_more)
        most_waiting = max(most_waiting, slices._waiting)
        taken += (item.created for _, items in iter(slices.take, None) for item in items)
    assert taken == account.times, "everything, once, oldest first"
    assert slices._waiting == 0
    return Course(now, account.requests, len(taken), most_waiting)


histories = st.lists(
    st.one_of(
        st.integers(0, 5_000_000),
        st.integers(1_000_000, 1_000_060),
        st.just(2_000_000),
    ).flatmap(lambda second: st.integers(1, 180).map(lambda times: [second] * times)),
    max_size=30,
).map(lambda groups: [second for group in groups for second in group])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(histories, st.integers(1, 12), st.randoms(use_true_random=False))
def test_every_object_comes_out_once_and_oldest_first(history, in_flight, random):
    whole = Window(0, 5_000_001)
    taken = Account(history).read(Slices([whole]), in_flight, random.randrange)
    assert [item.created for _, items in taken for item in items] == sorted(history)
    assert len({item.id for _, items in taken for item in items}) == len(history)
    assert union(window for window, _ in taken) == [whole]
    assert all(newer.start == older.end for (older, _), (newer, _) in pairwise(taken))
    assert all(item.created in window for window, items in taken for item in items)


@given(histories)
def test_only_the_windows_asked_for_are_listed(history):
    windows = [Window(100, 1_000_030), Window(1_500_000, 4_000_000)]
    taken = Account(history).read(Slices(windows), in_flight=4)
    expected = sorted(s for s in history if any(s in window for window in windows))
    assert [item.created for _, items in taken for item in items] == expected


def test_a_long_slice_comes_out_in_portions_that_the_state_can_follow():
    times = sorted([*range(20_000), *[9_000] * 7_000])
    taken = Account(times).read(Slices([Window(0, 30_000)], per_second=1e-6))
    assert [item.created for _, items in taken for item in items] == times
    assert union(window for window, _ in taken) == [Window(0, 30_000)]
    assert max(len({item.created for item in items}) for _, items in taken) <= PORTION + 1


def test_a_small_account_costs_one_request():
    account = Account(range(0, 90_000, 1000))
    account.read(Slices([Window(0, 100_000)]), in_flight=8)
    assert account.requests == 1


def test_an_empty_year_costs_a_handful_of_requests():
    year = 365 * DAY
    account = Account([*range(3000), *range(2 * year, 2 * year + 3000)])
    account.read(Slices([account.whole]), in_flight=4)
    assert account.requests <= 2 * 3000 // PAGE_SIZE + 30


def steady(charges):
    return [n * 500 for n in range(charges)]


def growing(charges):
    return [int((n / charges) ** 0.4 * 500 * charges) for n in range(charges)]


def busy_day(charges, after=0.5):
    """A third of all charges lies in one day of a year and a half."""
    dice, days = random.Random(charges), 548
    usual = [dice.randrange(days * DAY) for _ in range(charges * 2 // 3)]
    start = int(after * (days - 1)) * DAY
    return usual + [start + dice.randrange(DAY) for _ in range(charges - len(usual))]


def day_and_night(charges):
    """Nine tenths of each day's charges lie in its lighter half."""
    dice, days = random.Random(charges), 548
    return [
        dice.randrange(days) * DAY
        + dice.randrange(DAY // 2)
        + dice.choices((0, DAY // 2), (1, 9))[0]
        for _ in range(charges)
    ]


def renewals(charges):
    """A fifth of the charges falls on one second of each month."""
    dice, months = random.Random(charges), 18
    usual = [dice.randrange(months * 30 * DAY) for _ in range(charges * 4 // 5)]
    return usual + [(n % months) * 30 * DAY + 9 * 3600 for n in range(charges - len(usual))]


SHAPES = pytest.mark.parametrize(
    "times",
    [
        pytest.param(steady(50_000), id="steady"),
        pytest.param(growing(50_000), id="growing"),
        pytest.param(busy_day(50_000), id="a busy day"),
        pytest.param(day_and_night(50_000), id="day and night"),
        pytest.param(renewals(50_000), id="renewals"),
    ],
)


@SHAPES
@pytest.mark.parametrize(("per_second", "in_flight"), [(25, 5), (100, 16)])
def test_about_five_percent_more_pages_than_needed(times, per_second, in_flight):
    course = run(times, per_second=per_second, in_flight=in_flight)
    assert course.pages <= 1.055 * course.charges / PAGE_SIZE


densities = st.lists(
    st.tuples(st.integers(1, 4000), st.floats(2, 8).map(lambda digits: int(10**digits))),
    min_size=1,
    max_size=6,
)
"""Stretches of time: how many charges each has, and how many seconds."""


@settings(max_examples=50, deadline=None)
@given(densities, st.sampled_from([(25, 5), (100, 16)]), st.integers())
@example([(1, 10_000_000), (1088, 100)], (25, 5), 2)  # a part of a page is a page
def test_whatever_the_density_few_pages_are_wasted(stretches, limits, seed):
    dice, times, start = random.Random(seed), [], 0
    for count, seconds in stretches:
        times += [start + dice.randrange(seconds) for _ in range(count)]
        start += seconds
    per_second, in_flight = limits
    course = run(times, per_second=per_second, in_flight=in_flight, seed=seed)
    surprises = 3 * in_flight + 10 * len(stretches)
    assert course.pages <= ceil(1.05 * course.charges / PAGE_SIZE) + surprises


@pytest.mark.parametrize("after", [0, 0.3, 0.7, 1])
def test_a_busy_day_is_read_by_all_requests_at_once(after):
    """One after another, the day alone would take 330 answers: 40 seconds more."""
    course = run(busy_day(100_000, after), per_second=100, in_flight=16)
    assert course.pace(100) >= 0.88
    assert course.pages <= 1.055 * course.charges / PAGE_SIZE


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1, 4])
def test_while_one_answer_is_late_the_others_keep_the_pace(seconds):
    times = day_and_night(60_000)
    late = run(times, per_second=100, in_flight=16, late={200: seconds})
    assert late.seconds <= run(times, per_second=100, in_flight=16).seconds + 0.5


@SHAPES
@pytest.mark.parametrize("in_flight", [4, 8])
def test_the_requests_in_flight_are_kept_busy_to_the_end(times, in_flight):
    """Without a limit on their pace, their number and the latency are the limit."""
    course = run(times, per_second=1e6, in_flight=in_flight)
    assert course.pace(in_flight / 0.12) >= 0.85


@pytest.mark.parametrize("times", [steady(150_000), busy_day(150_000)], ids=["steady", "busy day"])
def test_what_waits_for_a_very_late_answer_is_bounded(times):
    course = run(times, per_second=100, in_flight=16, late={50: 60.0})
    assert course.most_waiting <= MAX_BUFFERED + 2 * PAGES_PER_SLICE * PAGE_SIZE
