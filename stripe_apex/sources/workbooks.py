"""Whether a workbook can be opened without filling the memory of this machine.

A small zip file can hold gigabytes, and a single cell at the far end of a sheet makes a reader
reserve room for the whole rectangle up to it. Both are found here, before the workbook is parsed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.sources.questions import FileError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

_GIB: Final = 1 << 30
_BLOCK: Final = 1 << 20
_CELL: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^<>]{0,200}\s)?r=["']([A-Za-z]{1,3})(\d{1,7})["']"""
)
_LONGEST_CELL_TAG: Final = 256
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # packed in a way that no spreadsheet program uses
    RuntimeError,  # encrypted
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What no workbook of a real export has.

    Attributes:
        size: bytes, unpacked. A full sheet of a million rows and 30 columns has about 1 GiB.
        ratio: unpacked to packed bytes. Cells that repeat are packed 30 to 1 at best, since each
            names its own place.
        ratio_from: bytes, unpacked, from which the ratio is asked for: small files may be empty.
        cells: rows times columns of a sheet, empty cells included.
    """

    size: int = 2 * _GIB
    ratio: int = 200
    ratio_from: int = _GIB // 4
    cells: int = 100_000_000


def check_workbook(path: Path, name: str, limits: Limits | None = None) -> None:
    """Refuse a workbook that cannot be opened safely.

    Old workbooks (.xls) are not packed, and their sheets are small by their format.

    Args:
        path: the file.
        name: what people call it.
        limits: what is too much.

    Raises:
        FileError: it is too large, or damaged.
    """
    if not zipfile.is_zipfile(path):
        return
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            packed = max(path.stat().st_size, 1)
            if size > limits.size or (size > limits.ratio_from and size > limits.ratio * packed):
                raise FileError(
                    f"{name} would unpack to {size / _GIB:,.1f} GiB, which no export needs. "
                    "Export it again as CSV."
                )
            for member in members:
                with archive.open(member) as opened:  # a sheet may have any name
                    _check_extent(opened, name, limits)
    except _UNREADABLE as error:
        raise FileError(
            f"{name} is no spreadsheet that can be read ({error}). A zip file must be unpacked "
            "first; a damaged one exported again."
        ) from error


def _check_extent(opened: IO[bytes], name: str, limits: Limits) -> None:
    rows = columns = 0
    before = b""
    while block := opened.read(_BLOCK):
        # A tag that is cut by the end of a block is found with the next one.
        for letters, digits in set(_CELL.findall(before + block)):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        before = block[-_LONGEST_CELL_TAG:]
        if rows * columns > limits.cells:
            raise FileError(
                f"A sheet of {name} reaches to row {rows:,} and column {columns:,}, most of it "
                "empty. Delete the cells beside the data, or export it again as CSV."
            )


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
