"""Handles dropped files: reads them, asks about them, previews them, and loads or discards them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stripe_apex import hashing
from stripe_apex.connect.news import Background, in_thread, in_words
from stripe_apex.connect.uploads import Limits, UploadError, receive
from stripe_apex.errors import OptionError
from stripe_apex.sources import importing
from stripe_apex.sources.kinds import KINDS
from stripe_apex.sources.questions import Answers, FileError, UnclearError
from stripe_apex.sources.understand import check_answers, understand
from stripe_apex.temporary import PrivateFolder, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiohttp import MultipartReader

    from stripe_apex.connect.news import News
    from stripe_apex.connect.shelf import Shelf
    from stripe_apex.sources.files import File
    from stripe_apex.sources.reading import Reading

_NOTHING_SAID: Final = Answers()


@dataclass(slots=True, eq=False)
class Sheet:
    """One file and its state.

    Attributes:
        number: of the file in its batch.
        file: its path and name.
        answers: the user's answers about it.
        earlier: the answers before the last one.
        due: whether it is yet to be read with these answers.
        reading: what would be loaded; None until the file is understood.
        replaced: what it would replace.
        question: the open question.
        problem: why the file cannot be read, or an answer cannot be used.
    """

    number: int
    file: File
    answers: Answers = _NOTHING_SAID
    earlier: Answers = _NOTHING_SAID
    due: bool = True
    reading: Reading | None = None
    replaced: importing.Replaced = field(default_factory=list)
    question: UnclearError | None = None
    problem: str = ""
    _readings: int = 0

    @property
    def ready(self) -> bool:
        """Whether it can be loaded as previewed."""
        return self.reading is not None and self.question is None and not self.due

    def read(self, answers: Answers) -> Reading:
        """Read the file again, into a folder of its own. Blocks."""
        self._readings += 1
        folder = self.file.path.with_name(f"{self.file.path.name}-{self._readings}")
        folder.mkdir(mode=0o700)
        try:
            return understand(self.file, answers, folder, hashing.configured())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


@dataclass(slots=True, eq=False)
class Batch:
    """The files of one upload."""

    folder: PrivateFolder
    sheets: list[Sheet] = field(default_factory=list)
    reads: bool = False
    loads: bool = False
    problem: str = ""
    """Why they could not be loaded."""

    @property
    def ready(self) -> bool:
        """Whether all of its files can be loaded."""
        return bool(self.sheets) and all(sheet.ready for sheet in self.sheets)


class Desk:
    """The files of the current upload, of which there is one at a time. Belongs to one event loop.

    Args:
        shelf: the warehouse that they are loaded into.
        news: is notified of every change.
        limits: the limits of an upload.
    """

    def __init__(self, shelf: Shelf, news: News, limits: Limits) -> None:
        self.limits: Final = limits
        self.batch: Batch | None = None
        self._receives = False
        self._shelf = shelf
        self._news = news
        self._background = Background()
        sweep()

    @property
    def phase(self) -> str:
        """The phase that the page shows."""
        if self.batch is None:
            return "empty"
        if self.batch.loads:
            return "loading"
        return "reading" if self.batch.reads else "asking"

    @property
    def busy(self) -> bool:
        """Whether an operation is in progress that must not be interrupted."""
        return self._receives or self.phase in {"reading", "loading"}

    async def receive(self, parts: MultipartReader) -> None:
        """Receive the files of a form, and read them in the background.

        Raises:
            UploadError: the files are refused.
        """
        if self._receives or self.batch is not None:
            raise UploadError(
                "Other files are waiting for your answer. Import or cancel them, then send these."
            )
        self._receives = True
        folder = PrivateFolder()
        batch = Batch(folder)
        try:
            files = await receive(parts, folder.path, self.limits)
            if not files:
                raise UploadError("No file was chosen. Choose at least one.")
            batch.sheets = [Sheet(number, file) for number, file in enumerate(files)]
            self.batch = batch
        except OSError as error:
            raise UploadError(
                f"The files cannot be kept in {folder.path.parent}: {error.strerror or error}. "
                "Make room there, or set TMPDIR to another folder."
            ) from error
        except ValueError as error:
            raise UploadError("The files did not arrive whole. Send them again.") from error
        finally:
            self._receives = False
            if self.batch is not batch:
                folder.remove()
        self._shelf.said = ()
        self._read(batch)

    def answer(self, number: int, name: str, value: str) -> None:
        """Store the answer to a file's question, and read the file again."""
        sheet = self._sheet(number)
        if sheet is None or not value or (name == "kind" and value not in KINDS):
            return
        answers = sheet.answers.plus(name, value)
        try:
            check_answers(answers)
        except OptionError as error:
            sheet.problem = in_words(error)
            self._news.tell()
            return
        sheet.answers, sheet.earlier, sheet.due = answers, sheet.answers, True
        if self.batch is not None:
            self._read(self.batch)

    def try_again(self) -> None:
        """Read again what could not be read, for example while the warehouse was being written."""
        if self.batch is not None and self.phase == "asking":
            self.batch.problem = ""
            for sheet in self.batch.sheets:
                sheet.due = not sheet.ready
            self._read(self.batch)

    def leave_out(self, number: int) -> None:
        """Discard one file."""
        sheet = self._sheet(number)
        if sheet is not None and self.batch is not None:
            self.batch.sheets.remove(sheet)
            if not self.batch.sheets:
                self.cancel()
            self._news.tell()

    def cancel(self) -> None:
        """Discard all files, unless they are being loaded."""
        if self.batch is not None and not self.batch.loads:
            batch, self.batch = self.batch, None
            batch.sheets = []
            if not batch.reads:  # otherwise the folder is deleted when that has ended
                batch.folder.remove()
            self._news.tell()

    def load(self, then: Callable[[], None]) -> None:
        """Load all files in the background, if none has an open question.

        Args:
            then: called when they are loaded.
        """
        batch = self.batch
        if batch is not None and batch.ready and self.phase == "asking":
            batch.loads, batch.problem = True, ""
            self._news.tell()
            self._background.begin(self._load(batch, then))

    async def stop(self) -> None:
        """End operations in progress, and delete the files."""
        await self._background.stop()
        if self.batch is not None:
            self.batch.folder.remove()

    def _sheet(self, number: int) -> Sheet | None:
        """The file with this number, if it may be changed now."""
        if self.batch is None or self.batch.loads:
            return None
        return next((sheet for sheet in self.batch.sheets if sheet.number == number), None)

    def _read(self, batch: Batch) -> None:
        self._news.tell()
        if not batch.reads:
            batch.reads = True
            self._background.begin(self._read_all(batch))

    async def _read_all(self, batch: Batch) -> None:
        """Read the files that are due, one after the other."""
        try:
            while sheet := next((sheet for sheet in batch.sheets if sheet.due), None):
                await self._read_one(sheet)
                self._news.tell()
        finally:
            batch.reads = False
            if batch is not self.batch:
                batch.folder.remove()

    async def _read_one(self, sheet: Sheet) -> None:
        answers, before = sheet.answers, sheet.reading
        sheet.due, sheet.problem = False, ""
        reading = question = None
        try:
            reading = await in_thread(lambda: sheet.read(answers))
            sheet.replaced = await self._shelf.ask(
                lambda found=reading: importing.compare(self._shelf.address, found)  # type: ignore[misc]
            )
        except UnclearError as error:
            question = error
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            sheet.problem = in_words(error)
            reading = None
            if isinstance(error, FileError | OptionError) and answers is not sheet.earlier:
                # The answer cannot be used; everything else stays as it was.
                reading, question, sheet.answers = before, sheet.question, sheet.earlier
        sheet.reading, sheet.question = reading, question
        if before is not None and before is not reading:
            shutil.rmtree(Path(before.staged.path).parent, ignore_errors=True)

    async def _load(self, batch: Batch, then: Callable[[], None]) -> None:
        taken: list[Sheet] = []

        def readings() -> Iterator[Reading]:
            for sheet in batch.sheets:
                if sheet.reading is not None:
                    taken.append(sheet)
                    yield sheet.reading

        try:
            loading = await self._shelf.ask(lambda: importing.load(self._shelf.address, readings()))
        except UnclearError as error:
            taken[-1].question = error
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            batch.problem = in_words(error)
        else:
            self.batch = None
            batch.folder.remove()
            self._shelf.tell(loading.said, changed=loading.changes)
            then()
        finally:
            batch.loads = False
            self._news.tell()
