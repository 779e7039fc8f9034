"""What a file leaves open: an error for scripts, a question on a terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from stripe_apex.errors import AppError, OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHOICES: Final = {
    "dates": ("day-first", "month-first", "year-first"),
    "decimal": ("point", "comma"),
    "rows": ("daily",),
    "end": ("complete",),
    "totals": ("ignore",),
    "overlap": ("replace", "keep", "replace-and-keep"),
}
"""Questions about the whole file that have a fixed set of answers."""

FREE: Final = ("sheet", "timezone")
"""Questions about the whole file that any text may answer."""


class FileError(AppError):
    """The file cannot be imported as it stands; the message says what to change in it."""

    def about(self, file: str) -> FileError:
        """This error, with the name of the file in front where it has none."""
        return self if _names(self.args[0], file) else FileError(f"{file}: {self}")


class UnclearError(FileError):
    """The file can be read in more than one way, and the difference matters.

    Args:
        said: what was found, as one or two sentences.
        name: what `--set` calls the answer; `kind` for `--as`, `column NAME` for `--column`.
        choices: possible answers; empty where any text may be one.
    """

    def __init__(self, said: str, name: str, choices: Iterable[str] = ()) -> None:
        self.said = said
        self.name = name
        self.choices = tuple(choices)
        super().__init__(f"{said} {self._remedy()}")

    def about(self, file: str) -> UnclearError:
        """This error, with the name of the file in front where it has none."""
        if _names(self.said, file):
            return self
        return UnclearError(f"{file}: {self.said}", self.name, self.choices)

    def _remedy(self) -> str:
        if self.name == "kind":
            options = [f"--as {choice}" for choice in self.choices]
        elif self.name.startswith("column "):
            field_name = self.name.removeprefix("column ")
            options = [f'--column {field_name}="{choice}"' for choice in self.choices]
        elif self.choices:
            options = [f"--set {_pair(self.name, choice)}" for choice in self.choices]
        else:
            options = [f"--set {self.name}=..."]
        return f"Say which it is with {' or '.join(options)}."


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user said about a file beforehand."""

    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Header by field."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Answers about the whole file, and values for fields that have no column."""

    def of(self, name: str) -> str | None:
        """The answer to a question about the whole file, if there is one.

        Raises:
            OptionError: it is not one of the possible answers.
        """
        answer = self.values.get(name)
        choices = CHOICES.get(name, ())
        if answer is not None and choices and answer not in choices:
            raise OptionError(
                f"--set {name}={answer} is not understood: use {' or '.join(choices)}."
            )
        return answer

    def plus(self, name: str, answer: str) -> Answers:
        """These answers and one more, under the name that `UnclearError` gives it."""
        if name == "kind":
            return Answers(answer, self.columns, self.values)
        if name.startswith("column "):
            columns = {**self.columns, name.removeprefix("column "): answer}
            return Answers(self.kind, columns, self.values)
        return Answers(self.kind, self.columns, {**self.values, name: answer})


def _names(message: str, file: str) -> bool:
    """Whether a message begins with the file that it is about."""
    return file in message.split(":", 1)[0]


def _pair(name: str, choice: str) -> str:
    """NAME=VALUE as a shell takes it."""
    if " " in name:
        return f'"{name}={choice}"'
    return f'{name}="{choice}"' if " " in choice else f"{name}={choice}"
