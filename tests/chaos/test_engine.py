"""The engine sees what it is there to see: each of these pipelines loses or shows something."""

import json
import re
import signal
from datetime import timedelta

import pytest

from stripe_simulator.keys import DEFAULT_KEY
from tests.chaos.campaign import Campaign, Catalog, Moment, Run, Signal
from tests.chaos.life import live
from tests.chaos.manners import ill_mannered
from tests.chaos.pipeline import RECORD, End, Pipeline

CHARGES = Catalog(streams=frozenset({"charges"}))
SALES = tuple(("charge", n) for n in range(12))
KILLED = Signal(signal.SIGKILL, ("target",), Moment("record", len(SALES)))
SAME = "the pipeline as it is"


def campaign(*troubles: Signal) -> Campaign:
    """Charges, a run; more of them and a refund, a run without trouble."""
    day = timedelta(days=2)
    return Campaign(
        seed=0,
        runs=(
            Run(before=SALES, wait=day, troubles=troubles, catalog=CHARGES),
            Run(before=(*SALES[:4], ("refund", 1)), wait=day, catalog=CHARGES),
        ),
        settled=False,
        hard_delete=True,
        old_events=False,
        listing_delay=timedelta(0),
    )


class DropsARecord(Pipeline):
    """A target that drops the third record."""

    def passed(self, line):
        return b"" if line.startswith(RECORD) and self._records_seen() == 3 else line

    def _records_seen(self):
        self.seen = getattr(self, "seen", 0) + 1
        return self.seen


class ChangesACent(Pipeline):
    """A tap that is wrong by a minor unit."""

    def passed(self, line):
        return re.sub(rb'"amount_captured":1007,', b'"amount_captured":1008,', line)


class RunsAhead(Pipeline):
    """A tap whose bookmark is a quarter of an hour ahead of what it read."""

    def kept(self, state):
        state = json.loads(state)
        bookmark = state["bookmarks"]["charges"]
        bookmark["position"] = bookmark["position"][:14] + "15:00Z"
        return json.dumps(state)


class TellsTooEarly(Pipeline):
    """A target that calls a state true before it has committed: the tap's last word is kept."""

    told = None

    def passed(self, line):
        if line.startswith(b'{"type":"STATE"'):
            self.told = json.dumps(json.loads(line)["value"])
        return line

    def _last_state(self):
        return self.told


class ShowsTheKey(Pipeline):
    """A tap that logs what it is configured with."""

    def run(self, tap, target):
        end = super().run(tap, target)
        end.said["tap"] += DEFAULT_KEY
        return end


LOSSES = [
    pytest.param(Pipeline, None, id=SAME),
    pytest.param(DropsARecord, "is missing", id="a record is dropped"),
    pytest.param(ChangesACent, "amount_captured is 1008, should be 1007", id="a cent is wrong"),
    pytest.param(RunsAhead, "is missing", id="the bookmark is ahead"),
    pytest.param(TellsTooEarly, "is missing", id="the state is told too early"),
    pytest.param(ShowsTheKey, "tap shows a secret", id="the key is shown"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("pipeline", "complaint"), LOSSES)
def test_a_pipeline_that_loses_or_shows_something_fails_its_campaign(pipeline, complaint, tmp_path):
    troubles = [KILLED] if pipeline is TellsTooEarly else []
    outcome = live(campaign(*troubles), tmp_path, pipeline)
    if complaint is None:
        assert outcome.complaints == []
    else:
        assert complaint in " ".join(outcome.complaints)


TARGET_SAID = "target-apex: error: w.duckdb: no room; nothing of this batch was kept\n"

ENDINGS = [
    pytest.param(0, "all is well", [], None, id="complete"),
    pytest.param(1, TARGET_SAID, [], None, id="one line"),
    pytest.param(-9, "", [KILLED], None, id="killed"),
    pytest.param(1, "", [], "0 lines that say why", id="silent"),
    pytest.param(1, TARGET_SAID * 2, [], "2 lines that say why", id="two lines"),
    pytest.param(1, f"Traceback (most recent call last)\n{TARGET_SAID}", [], "bug", id="traceback"),
    pytest.param(0, TARGET_SAID, [], "ended with exit code 0", id="a failure as a success"),
    pytest.param(None, "", [], "hangs", id="hangs"),
    pytest.param(-11, "", [KILLED], "SIGSEGV, which nobody sent", id="segmentation fault"),
]


@pytest.mark.parametrize(("code", "said", "signals", "complaint"), ENDINGS)
def test_a_run_ends_well_or_with_one_line(code, said, signals, complaint):
    end = End({"target": code}, {"target": said}, None, signals)
    complaints = list(ill_mannered(end))
    if complaint is None:
        assert complaints == []
    else:
        assert len(complaints) == 1
        assert complaint in complaints[0]
