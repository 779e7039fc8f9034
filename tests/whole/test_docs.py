"""docs/streams.md says what is so: every stream, every key of the state, the words of a run."""

import json
import re
from dataclasses import asdict
from pathlib import Path

from tap_stripe_apex.reading.bookmark import Bookmark
from tap_stripe_apex.reading.display import Facts
from tap_stripe_apex.streams import STREAMS

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "streams.md").read_text()


def section(title):
    """What stands below a heading, up to the next."""
    (_, text) = re.split(rf"^#+ {re.escape(title)}$", DOCUMENT, flags=re.MULTILINE)
    return re.split(r"^#", text, flags=re.MULTILINE)[0]


def test_every_stream_is_in_the_first_table():
    table = DOCUMENT.split("\n## ", 1)[0]
    named = re.findall(r"^\| \[`(\w+)`\]\(#\1\) \| (yes|no) \|", table, flags=re.MULTILINE)
    assert named == [
        (stream.name, "yes" if stream.selected_by_default else "no") for stream in STREAMS
    ]


def test_the_state_that_is_shown_is_a_state():
    (example,) = re.findall(r"```json\n(.*?)```", section("The state"), flags=re.DOTALL)
    ((stream, state),) = json.loads(example)["bookmarks"].items()
    bookmark = Bookmark.from_state(state, stream)
    assert bookmark.to_state() == state
    shown = {name for name, value in asdict(bookmark).items() if value}
    assert shown == set(Bookmark.KEYS) - {"pending"}, "each key that charges have is shown"


def test_every_key_of_the_state_is_explained():
    keys = set(re.findall(r"^\| `(\w+)` \|", section("The state"), flags=re.MULTILINE))
    assert keys == set(Bookmark.KEYS)


def test_the_line_that_is_shown_is_what_a_run_logs():
    assert str(Facts("charges", 63, 120_000, 1_234, 28.0)) in section("What a run shows")


def test_the_cost_of_a_sync_every_quarter_of_an_hour_adds_up():
    runs = 4 * 24 * 30
    text = section("Stripe's read allocation")
    assert f"4 x 24 x 30 = {runs:,}" in text
    assert f"10,000 / {runs:,} = {10_000 / runs:.2f}" in text
    assert f"{200 * runs:,} a month" in text
    assert f"more than {200 * runs // 500:,} transactions" in text
