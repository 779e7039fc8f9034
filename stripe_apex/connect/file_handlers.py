"""The routes for files: upload, questions, loading, undo of the last import, and templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from stripe_apex.connect.guard import RefusedError
from stripe_apex.connect.uploads import UploadError
from stripe_apex.connect.wording import kind_named
from stripe_apex.sources.kinds import KINDS, template

if TYPE_CHECKING:
    from stripe_apex.connect.card import Card
    from stripe_apex.connect.desk import Desk
    from stripe_apex.connect.guard import Guard
    from stripe_apex.connect.pages import Pages
    from stripe_apex.connect.shelf import Shelf

FILES: Final = "/files"
UPLOAD: Final = "/files/upload"


class FileHandlers:
    """The handlers of these routes.

    Args:
        card: runs a sync after an import, if asked.
        shelf: what the warehouse holds.
        desk: the files of the current upload.
        pages: the HTML.
        guard: judges uploads.
    """

    def __init__(self, card: Card, shelf: Shelf, desk: Desk, pages: Pages, guard: Guard) -> None:
        self._card = card
        self._shelf = shelf
        self._desk = desk
        self._pages = pages
        self._guard = guard

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        router.add_get(FILES, self._show)
        router.add_post(UPLOAD, self._take)
        router.add_post("/files/answer", self._answer)
        router.add_post("/files/leave-out", self._leave_out)
        router.add_post("/files/again", self._try_again)
        router.add_post("/files/cancel", self._cancel)
        router.add_post("/files/import", self._load)
        router.add_post("/undo", self._undo)
        router.add_get("/templates/{name}.csv", self._give_template)

    async def _show(self, _: web.Request) -> web.Response:
        if self._desk.batch is None:
            raise web.HTTPSeeOther("/")
        return self._pages.answer(self._pages.files())

    async def _take(self, request: web.Request) -> web.Response:
        parts = await self._guard.check_upload(request)
        try:
            self._desk.limits.check_size(request.content_length or 0)
            await self._desk.receive(parts)
        except UploadError as error:
            raise RefusedError(422, "The files were not taken", str(error)) from error
        raise web.HTTPSeeOther(FILES)

    async def _answer(self, request: web.Request) -> web.Response:
        form = await request.post()
        name, value = str(form.get("name", "")), str(form.get("answer", "")).strip()
        if name == "kind":
            value = kind_named(value)
        self._desk.answer(_number(form.get("file")), name, value)
        raise web.HTTPSeeOther(FILES)

    async def _leave_out(self, request: web.Request) -> web.Response:
        self._desk.leave_out(_number((await request.post()).get("file")))
        raise web.HTTPSeeOther(FILES)

    async def _try_again(self, _: web.Request) -> web.Response:
        self._desk.try_again()
        raise web.HTTPSeeOther(FILES)

    async def _cancel(self, _: web.Request) -> web.Response:
        self._desk.cancel()
        raise web.HTTPSeeOther("/")

    async def _load(self, request: web.Request) -> web.Response:
        syncs = (await request.post()).get("then") == "sync"
        self._desk.load(self._card.start_sync if syncs else _nothing)
        raise web.HTTPSeeOther(FILES)

    async def _undo(self, request: web.Request) -> web.Response:
        self._shelf.undo(_number((await request.post()).get("import")))
        raise web.HTTPSeeOther("/")

    async def _give_template(self, request: web.Request) -> web.Response:
        kind = KINDS.get(request.match_info["name"])
        if kind is None:
            raise web.HTTPNotFound
        return web.Response(
            text=template(kind),
            content_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{kind.name}.csv"'},
        )


def _nothing() -> None:
    """Do nothing after the import."""


def _number(given: object) -> int:
    """A number from a form; -1, which no file has, for anything else."""
    return int(given) if isinstance(given, str) and given.isdecimal() and len(given) < 10 else -1
