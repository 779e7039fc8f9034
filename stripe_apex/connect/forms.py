"""The parts of a form with files.

aiohttp splits the form. The standard library parses the file names, since aiohttp fails for names
with semicolons.
"""

from __future__ import annotations

from email.message import Message
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader
from aiohttp.http import HttpProcessingError

if TYPE_CHECKING:
    from aiohttp import MultipartReader


async def next_part(parts: MultipartReader) -> BodyPartReader | None:
    """The next part of the form, skipping nested forms; None at the end.

    Raises:
        ValueError: the body is no form.
    """
    try:
        while (part := await parts.next()) is not None:
            if isinstance(part, BodyPartReader):
                return part
    except HttpProcessingError as error:
        raise ValueError(error.message) from error
    return None


def name_of(part: BodyPartReader) -> str | None:
    """The name of the field."""
    name = _disposition(part).get_param("name", header="Content-Disposition")
    return name if isinstance(name, str) else None


def file_name_of(part: BodyPartReader) -> str | None:
    """The name of the file; None if the part is no file."""
    return _disposition(part).get_filename()


def _disposition(part: BodyPartReader) -> Message:
    message = Message()
    message["Content-Disposition"] = part.headers.get("Content-Disposition", "")
    return message
