"""A file as rows of text: its encoding, its separator, its sheet, and where its header stands.

Rows keep the number that a spreadsheet or an editor shows. Text is split by the standard
library's `csv` in strict mode, which says where a file is cut; DuckDB's reader pads short rows and
skips empty ones, so that a line could no longer be named.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.sources.headers import known_words
from stripe_apex.sources.questions import Answers, FileError, UnclearError
from stripe_apex.sources.typed import Number, texts_of
from stripe_apex.sources.workbooks import check_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SEPARATORS: Final = (",", ";", "\t", "|")
_HEADER_WITHIN: Final = 40
"""A header stands in the first rows: title lines are fewer than this."""
_LONGEST_CELL: Final = 10_000_000
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF_32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"

Row = tuple[int, "list[str]"]


@dataclass(frozen=True, slots=True)
class File:
    """A file, and what people call it: an upload lies under another name than it had."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose header is found."""

    file: File
    digest: str
    """SHA-256 of its bytes."""
    format: str
    """What it is, for people."""
    header: list[str]
    header_row: int
    ends_open: bool
    """A text file whose last line has no end: it may have been cut."""
    _encoding: str = ""
    _separator: str = ""
    _sheet: str = ""

    def rows(self) -> Iterator[Row]:
        """The rows below the header, empty ones excluded, with their numbers."""
        for number, cells in _numbered(self._all()):
            if number > self.header_row:
                yield number, cells

    def merged(self) -> list[tuple[int, int, range]]:
        """Cells of a spreadsheet that are merged downwards: first row, last row, positions."""
        if not self._sheet:
            return []
        import python_calamine  # noqa: PLC0415 - slow to load, and most files are text

        book = python_calamine.CalamineWorkbook.from_path(self.file.path)
        ranges = book.get_sheet_by_name(self._sheet).merged_cell_ranges or []
        return [
            (top + 1, bottom + 1, range(left, right + 1))
            for (top, left), (bottom, right) in ranges
            if bottom > top
        ]

    def _all(self) -> Iterator[Row]:
        if self._separator:
            return _lines(self.file, self._encoding, self._separator)
        if self._sheet:
            return _sheet_rows(self.file, self._sheet)
        return _parquet_rows(self.file)


def open_source(file: File, answers: Answers) -> Source:
    """Find out how a file is to be read.

    Raises:
        FileError: it is not there, empty, packed, cut, or has no header that is known.
        UnclearError: several of its sheets may be meant.
    """
    try:
        with file.path.open("rb") as opened:
            start = opened.read(8)
            opened.seek(0)
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"{file.path} cannot be read: {error.strerror or error}.") from error
    if not start:
        raise FileError(f"{file.name} is empty. Export it again.")
    if start.startswith(_PARQUET):
        return _with_header(file, digest, "Parquet", _parquet_rows(file), answers)
    if start.startswith((_ZIP, _OLD_OFFICE)):
        return _workbook(file, digest, answers)
    if start.startswith(_GZIP):
        raise FileError(f"{file.name} is packed. Unpack it and import what is in it.")
    return _text(file, digest, answers)


def _text(file: File, digest: str, answers: Answers) -> Source:
    encoding = _encoding_of(file)
    best: tuple[int, int, str, int, list[str]] | None = None
    complaint: FileError | None = None
    for separator in _SEPARATORS:
        try:
            for number, cells in _numbered(_lines(file, encoding, separator)):
                if number > _HEADER_WITHIN:
                    break
                score = _score(cells, answers)
                if best is None or (score, len(cells)) > best[:2]:
                    best = (score, len(cells), separator, number, cells)
        except FileError as error:
            complaint = error
    if best is None or best[1] < 2:
        raise complaint or FileError(
            f"{file.name} has no header with two columns that can be told apart. Export it as CSV."
        )
    _, _, separator, number, header = best
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    words = f"text with {names[separator]}, {_ENCODING_WORDS.get(encoding, encoding)}"
    return Source(
        file, digest, words, header, number, _ends_open(file, encoding), encoding, separator
    )


_ENCODING_WORDS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}


def _encoding_of(file: File) -> str:
    """UTF-8 or UTF-16 where the bytes are that, else Windows-1252, as Excel saves in the West."""
    with file.path.open("rb") as opened:
        start = opened.read(4096)
    if start.startswith(_UTF_32) or b"\0\0\0" in (start[:3], start[1:4]):
        raise FileError(f"{file.name} is in UTF-32, which is not read. Save it as UTF-8.")
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    if b"\0" in start:
        zeros = start[1::2].count(0), start[::2].count(0)
        return "utf-16-le" if zeros[0] >= zeros[1] else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.path.open("rb") as opened:
        try:
            while block := opened.read(1 << 20):
                decoder.decode(block)
        except UnicodeDecodeError:
            return "cp1252"
    if decoder.getstate()[0]:
        raise FileError(f"{file.name} is cut within its last letter. Export it again.")
    return "utf-8"


def _ends_open(file: File, encoding: str) -> bool:
    with file.path.open("rb") as opened:
        opened.seek(max(opened.seek(0, 2) - 4, 0))
        end = opened.read()
    if encoding.startswith("utf-16"):
        return not end.rstrip(b"\0").endswith((b"\n", b"\r")) or len(end) % 2 == 1
    return not end.endswith((b"\n", b"\r"))


def _lines(file: File, encoding: str, separator: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    with file.path.open(encoding=encoding, newline="") as opened:
        reader = csv.reader(opened, delimiter=separator, strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise FileError(
                f"{file.name}, line {line}: it cannot be divided into columns ({error}); a "
                "quotation "
                "mark may be missing, or the file may be cut. Export it again."
            ) from error
        except UnicodeDecodeError as error:
            raise FileError(
                f"{file.name}, line {line}: a letter is not "
                f"{_ENCODING_WORDS.get(encoding, encoding)}"
                "; the file may be cut. Export it again, as UTF-8."
            ) from error


def _workbook(file: File, digest: str, answers: Answers) -> Source:
    import python_calamine  # noqa: PLC0415 - slow to load, and most files are text

    check_workbook(file.path, file.name)
    try:
        names = python_calamine.CalamineWorkbook.from_path(file.path).sheet_names
        said = answers.of("sheet")
        if said is not None and said not in names:
            raise FileError(f"{file.name} has no sheet {said}; it has {', '.join(names)}.")
        scores = {
            name: max(
                (
                    _score(cells, answers)
                    for number, cells in _numbered(_sheet_rows(file, name))
                    if number <= _HEADER_WITHIN
                ),
                default=0,
            )
            for name in ([said] if said else names)
        }
    except python_calamine.CalamineError as error:
        raise FileError(
            f"{file.name} is no spreadsheet that can be read ({error}). A zip file must be "
            "unpacked "
            "first; a damaged one exported again."
        ) from error
    found = [name for name, score in scores.items() if score > 1]
    if len(found) > 1:
        raise UnclearError(f"{file.name} has several sheets with data.", "sheet", found)
    sheet = found[0] if found else max(scores, key=lambda name: scores[name])
    source = _with_header(file, digest, "spreadsheet", _sheet_rows(file, sheet), answers)
    return Source(
        file,
        digest,
        f"spreadsheet, sheet {sheet}",
        source.header,
        source.header_row,
        ends_open=False,
        _sheet=sheet,
    )


def _sheet_rows(file: File, sheet: str) -> Iterator[Row]:
    import python_calamine  # noqa: PLC0415 - see above

    book = python_calamine.CalamineWorkbook.from_path(file.path)
    rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    for number, cells in enumerate(rows, start=1):
        yield number, texts_of(cells)


def _parquet_rows(file: File) -> Iterator[Row]:
    import duckdb  # noqa: PLC0415 - of the extra `import`

    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            found = connection.execute("select * from read_parquet(?)", [str(file.path)])
            yield 1, [column[0] for column in found.description or ()]
            number = 1
            while rows := found.fetchmany(10_000):
                for row in rows:
                    number += 1
                    yield number, texts_of(row)
        except duckdb.Error as error:
            raise FileError(
                f"{file.name} is no Parquet file that can be read; it may be cut. Export it again."
            ) from error


def _with_header(
    file: File, digest: str, words: str, rows: Iterator[Row], answers: Answers
) -> Source:
    best: tuple[int, int, list[str]] | None = None
    for number, cells in _numbered(rows):
        if number > _HEADER_WITHIN:
            break
        score = _score(cells, answers)
        if best is None or score > best[0]:
            best = (score, number, cells)
    if best is None:
        raise FileError(f"{file.name} has no rows. Export it again.")
    return Source(file, digest, words, best[2], best[1], ends_open=False)


def _score(cells: Sequence[str], answers: Answers) -> int:
    """How likely a row is the header."""
    said = set(answers.columns.values())
    return known_words(cells) + sum(cell.strip() in said for cell in cells)


def _numbered(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows that are not empty, without spaces around their cells."""
    for number, cells in rows:
        stripped = [cell if isinstance(cell, Number) else cell.strip(_SPACES) for cell in cells]
        if any(stripped):
            yield number, stripped


_SPACES: Final = " \t\r\n\xa0\u202f\u2009\ufeff"
