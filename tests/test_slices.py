"""Any history, read in any order of answers, comes out whole, once, and oldest first."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_stripe_apex.slices import MAX_BUFFERED, PAGE_SIZE, PAGES_PER_SLICE, Slices
from tap_stripe_apex.timerange import Window, union


@dataclass(frozen=True)
class Item:
    id: str
    created: int


class Account:
    """Lists newest first and pages by cursor, as Stripe does; answers come in a chosen order."""

    def __init__(self, seconds):
        self.items = [Item(str(n), created) for n, created in enumerate(sorted(seconds))][::-1]
        self.requests = 0

    def page(self, request):
        self.requests += 1
        start, end = request.window
        items = [item for item in self.items if start <= item.created < end]
        if request.starting_after:
            position = [item.id for item in items].index(request.starting_after)
            items = items[position + 1 :]
        return items[:PAGE_SIZE], len(items) > PAGE_SIZE

    def read(self, slices, in_flight=1, pick=lambda _: 0, buffered=None):
        """Everything that `slices` brings, with that many requests in flight."""
        flying, taken = [], []
        while not slices.finished:
            while len(flying) < in_flight and (request := slices.ask()):
                flying.append((request, request.window))
            assert flying, "nothing in flight and nothing to ask: stuck"
            request, window = flying.pop(pick(len(flying)))
            items, has_more = self.page(request._replace(window=window))
            slices.answer(request, items, has_more=has_more)
            if buffered is not None:
                buffered.append(sum(len(part.items) for part in slices._slices))
            taken += slices.take()
        return taken


histories = st.lists(
    st.one_of(
        st.integers(0, 5_000_000),
        st.integers(1_000_000, 1_000_060),
        st.just(2_000_000),
    ).flatmap(lambda second: st.integers(1, 180).map(lambda times: [second] * times)),
    max_size=30,
).map(lambda groups: [second for group in groups for second in group])


@settings(max_examples=150, deadline=None)
@given(histories, st.integers(1, 12), st.randoms(use_true_random=False))
def test_every_object_comes_out_once_and_oldest_first(history, in_flight, random):
    account = Account(history)
    whole = Window(0, 5_000_001)
    taken = account.read(Slices([whole]), in_flight, random.randrange)
    items = [item for _, items in taken for item in items]
    assert sorted(item.id for item in items) == sorted(item.id for item in account.items)
    assert [item.created for item in items] == sorted(history)
    assert union(window for window, _ in taken) == [whole]
    assert all(item.created in window for window, items in taken for item in items)


@given(histories)
def test_only_the_windows_asked_for_are_listed(history):
    windows = [Window(100, 1_000_030), Window(1_500_000, 4_000_000)]
    taken = Account(history).read(Slices(windows), in_flight=4)
    expected = sorted(s for s in history if any(s in window for window in windows))
    assert [item.created for _, items in taken for item in items] == expected


def test_a_small_account_costs_one_request():
    account = Account(range(0, 90_000, 1000))
    account.read(Slices([Window(0, 100_000)]), in_flight=8)
    assert account.requests == 1


def test_an_empty_year_costs_a_handful_of_requests():
    year = 365 * 86_400
    account = Account([*range(3000), *range(2 * year, 2 * year + 3000)])
    account.read(Slices([Window(0, 2 * year + 3000)]), in_flight=4)
    assert account.requests <= 2 * 3000 // PAGE_SIZE + 30


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda n: n * 500, id="steady"),
        pytest.param(lambda n: int((n / 50_000) ** 0.4 * 25_000_000), id="growing"),
        pytest.param(
            lambda n: n * 500 if n < 17_500 or n > 32_500 else 17_500 * 500 + n, id="burst day"
        ),
    ],
)
@pytest.mark.parametrize("in_flight", [4, 14])
def test_at_most_five_percent_more_pages_than_needed(shape, in_flight):
    history = [shape(n) for n in range(50_000)]
    account = Account(history)
    taken = account.read(Slices([Window(0, max(history) + 1)]), in_flight)
    assert sum(len(items) for _, items in taken) == 50_000
    assert account.requests <= 1.05 * 50_000 / PAGE_SIZE


def test_the_requests_in_flight_are_kept_busy_to_the_end():
    """With eight in flight, the number of rounds is near an eighth of the pages."""
    account = Account([n * 500 for n in range(50_000)])
    slices = Slices([Window(0, 25_000_000)])
    rounds = 0
    while not slices.finished:
        rounds += 1
        asked = []
        while len(asked) < 8 and (request := slices.ask()):
            asked.append((request, request.window))
        for request, window in asked:
            items, has_more = account.page(request._replace(window=window))
            slices.answer(request, items, has_more=has_more)
        list(slices.take())
    assert rounds <= 1.15 * 50_000 / PAGE_SIZE / 8


def test_what_waits_is_bounded_while_nothing_is_taken_out():
    account = Account([n * 50 for n in range(150_000)])
    slices = Slices([Window(0, 150_000 * 50)])
    while (request := slices.ask()) is not None:
        items, has_more = account.page(request)
        slices.answer(request, items, has_more=has_more)
    waiting = sum(len(part.items) for part in slices._slices)
    assert waiting <= MAX_BUFFERED + 2 * PAGES_PER_SLICE * PAGE_SIZE
