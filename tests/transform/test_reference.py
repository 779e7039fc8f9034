"""Each mart equals what plain Python computes from the same rows, on random worlds."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given

from tests.chance import few_worlds
from tests.transform.comparison import compare_with_reference
from tests.transform.random_worlds import multiverses
from tests.transform.reference.attribution import Attribution
from tests.transform.reference.money import half_up
from tests.transform.reference.shares import shared_out


@few_worlds(6)
@given(world=multiverses())
def test_the_marts_equal_the_reference_and_keep_every_identity(project, settings, world):
    results = project.run(world)

    attribution = Attribution(world, settings)
    assert results.failures() == ["assert_no_rate_is_missing"] * attribution.lacks_a_rate()
    compare_with_reference(results, attribution)


def test_the_reference_rounds_halves_upwards():
    assert [half_up(Fraction(n, 2)) for n in (-3, -1, 1, 3)] == [-1, 0, 1, 2]


def test_the_reference_shares_out_whole_amounts():
    assert shared_out(100, [1, 1, 1]) == [33, 33, 34]
    assert shared_out(-100, [1, 1, 1]) == [-34, -33, -33]
