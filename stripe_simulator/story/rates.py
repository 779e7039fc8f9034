"""Exchange rates per day and currency: random walks around their first value."""

from stripe_simulator.funds import DAY, MILLION
from stripe_simulator.story.dice import Dice

_PURPOSE = 11
_STARTS = {"eur": 1_080_000, "gbp": 1_270_000, "jpy": 6_700, "kwd": 3_250_000}
_STEP = 30  # the most that a rate moves in a day, in ten-thousandths
_PULL = 50  # a rate returns to its first value in about this many days

CURRENCIES = ("usd", *_STARTS)


class DailyRates:
    """Millionths of a dollar for one unit of a currency, for each day of [start, end]."""

    def __init__(self, seed: int, start: int, end: int) -> None:
        self._first = start // DAY
        days = end // DAY - self._first + 1
        self._rates = {
            currency: _walk(Dice(seed, _PURPOSE, index), base, days)
            for index, (currency, base) in enumerate(_STARTS.items())
        }
        self._rates["usd"] = [MILLION] * days

    def on(self, currency: str, at: int) -> int | None:
        """The rate of the day of `at`, or of the nearest day that has one."""
        rates = self._rates.get(currency)
        if rates is None:
            return None
        return rates[min(max(at // DAY - self._first, 0), len(rates) - 1)]


def _walk(dice: Dice, base: int, days: int) -> list[int]:
    # Walking in millionths of the base gives yen and dinars the same precision.
    level, levels = MILLION, []
    for _ in range(days):
        levels.append(base * level // MILLION)
        level += dice.between(-_STEP, _STEP) * 100 + (MILLION - level) // _PULL
    return levels
