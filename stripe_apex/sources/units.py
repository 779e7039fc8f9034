"""What stands in brackets behind the header of money, and may be a unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.sources.questions import Answers, FileError, UnclearError

if TYPE_CHECKING:
    from collections.abc import Sequence

_HARMLESS: Final = {
    *("", "all", "total", "micros", "currency", "account currency", "local currency", "daily"),
    *("alle", "gesamt", "kontowährung"),
}
_SCALED: Final = re.compile(
    r"\b(?:cents?|pence|pennies|minor units?|k|000s?|thousands?|tsd|tausend|m|mio|mn|mln|millions?"
    r"|millionen)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """One header: as it stands, in plain words, and the currency that it names."""

    text: str
    plain: str
    currency: str | None
    unit: str = ""
    """What else stands in brackets."""


def check(name: str, money: Heading, headings: Sequence[Heading], answers: Answers) -> None:
    """Check that amounts under this header are whole units of their currency, or micros.

    Args:
        name: the field of money.
        money: its header.
        headings: all headers of the file.
        answers: what the user said.

    Raises:
        FileError: they are cents or thousands.
        UnclearError: the brackets may hold a unit, or the currency is that of another column.
    """
    unit = money.unit.casefold().removeprefix("in ").strip()
    if unit in _HARMLESS:
        return
    if _SCALED.search(unit):
        raise FileError(
            f"The column `{money.text}` is not in whole units of its currency. Write the amounts "
            "of all rows as 12.34, and the header without its brackets."
        )
    if unit == "converted currency":
        field = f"{name}_currency" if name == "cost" else "currency"
        if field not in answers.columns and field not in answers.values:
            codes = [item.text for item in headings if item.plain.startswith("converted currency")]
            raise UnclearError(
                f"The amounts of `{money.text}` are converted, and which column names their "
                "currency is not clear.",
                f"column {field}",
                codes or ["..."],
            )
        return
    if name not in answers.columns:
        raise UnclearError(
            f"The brackets of `{money.text}` may say that its amounts are something else than "
            "what was paid.",
            f"column {name}",
            [money.text],
        )
