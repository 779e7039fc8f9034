"""The times of events: growth over months, weekly and daily rhythms, and one great day."""

from array import array
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from stripe_simulator.funds import DAY
from stripe_simulator.story.dice import Dice

HOUR = 3_600

# The first customer of the simulated company came on the first day of its story. The account's
# clock stands at the end of the story, so that a run today and a run next year see the same.
START = datetime(2025, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
AFTERMATH = timedelta(days=31)  # the time after the story for which events are scheduled
GREAT_DAY = date(2025, 11, 28)

_WEEKDAYS = (11, 12, 12, 11, 10, 6, 5)
_HOURS = (2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 12, 11, 11, 12, 12, 11, 10, 9, 8, 8, 7, 5, 3)
_GROWTH = 3  # the last day is this many plus one times as busy as the first


class Rhythm:
    """Draws moments of a span as epoch seconds, busier ones more often."""

    def __init__(self, start: int, end: int) -> None:
        self._start = start
        self._sums = array("d")
        days = (end - start) // DAY
        total = 0
        for day in range(days):
            weekday = _WEEKDAYS[(start // DAY + day + 3) % 7]  # the epoch began on a Thursday
            growth = days + _GROWTH * day
            for hour in _HOURS:
                total += growth * weekday * hour
                self._sums.append(total)
        self._total = total

    def moment(self, dice: Dice) -> int:
        """A random moment of the span, as an epoch second."""
        hour = bisect_right(self._sums, dice.share() * self._total)
        return self._start + hour * HOUR + dice.below(HOUR)


def busy_second(dice: Dice, day: int) -> int:
    """A random moment of the day that begins at epoch second `day`, mostly in the evening."""
    hour = max(dice.below(24), dice.below(24))
    return day + hour * HOUR + dice.below(HOUR)


def midnight(day: date) -> int:
    """The epoch second at which a day begins in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def first_of_months(start: int, end: int) -> list[int]:
    """The times of the batch biller: 9:00 on the first of each month within [start, end)."""
    moments = []
    when = datetime.fromtimestamp(start, UTC).replace(day=1, hour=9, minute=0, second=0)
    while (at := int(when.timestamp())) < end:
        if at >= start:
            moments.append(at)
        when = (when + timedelta(days=32)).replace(day=1)
    return moments
