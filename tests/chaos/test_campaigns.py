"""After any fault of the machine, the network or the files, the warehouse is what the account is.

Real processes of tap and target; the same twenty campaigns each time. `make chaos` has new ones.
"""

import pytest

from tests.chaos.campaign import KINDS, Campaign, draw
from tests.chaos.life import live

pytestmark = pytest.mark.slow

NUMBERS = range(1, 21)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_campaign_of_faults_loses_nothing_and_shows_nothing(number, tmp_path):
    outcome = live(draw(number), tmp_path)
    assert not outcome.complaints, f"alone: make chaos COUNT=1 SEED={number}"
    assert outcome.verdict.compared > 0


def kinds(campaign: Campaign) -> set[str]:
    return {trouble.kind for run in campaign.runs for trouble in run.troubles}


def test_the_twenty_have_every_kind_of_fault():
    drawn = set().union(*(kinds(draw(number)) for number in NUMBERS))
    of_the_run = {"catalog changed", "date range changed", "account changed during the run"}
    assert drawn == set(KINDS) - of_the_run


def test_the_same_number_is_the_same_campaign():
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
