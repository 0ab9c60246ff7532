"""Files in and out: uploads are received, and what the app put out is given back; nothing else.

In the place of Gradio's own endpoints, which serve any address of the internet as if it were ours.
"""

import errno
import logging
import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.web.answers import API, path_of, sentence
from explorer.web.bodies import Bodies, Refused, replay
from explorer.web.uploads import LARGEST_FILE, Uploads

# What a browser draws and never runs; all else is handed over to be saved.
PICTURES = {f"image/{kind}" for kind in ("png", "jpeg", "webp", "gif", "bmp", "avif")}
NOT_HERE = "There is no such file here."
NO_ROOM = "The disk of this machine is full: the file could not be kept."
NO_FORM = "An upload must be a form (multipart/form-data) with the file as its part `files`."
TOO_LARGE = f"This file is too large: at most {LARGEST_FILE // 2**20} MB, please."
WRAPPING = 64 * 1024  # bytes of a form around the file
MOST_FILES = 8  # in one form
log = logging.getLogger(__name__)


class Files:
    """ASGI middleware for `upload`, `upload_progress` and `file=`.

    Args:
        folders: whose files anybody may have (the thumbnails).
    """

    def __init__(self, app: ASGIApp, uploads: Uploads, folders: Sequence[Path], bodies: Bodies):
        self.app, self.uploads, self.bodies = app, uploads, bodies
        self.folders = [os.path.realpath(folder) for folder in folders]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope)
        if path.startswith(f"{API}/file="):
            answer = self._file(scope, path.removeprefix(f"{API}/file="))
        elif path == f"{API}/upload":
            answer = await self._upload(scope, receive)
        elif path == f"{API}/upload_progress":  # a file is here by the time anybody asks
            answer = PlainTextResponse('data: {"msg":"done"}\n\n', media_type="text/event-stream")
        else:
            return await self.app(scope, receive, send)
        await answer(scope, receive, send)

    def _file(self, scope: Scope, path: str) -> Response:
        if not self._ours(path):
            return sentence(scope, 403, NOT_HERE)
        kind = mimetypes.guess_type(path)[0]
        # A visitor's file stays nowhere, on a shared computer above all.
        keep = {} if self.uploads.holds(path) else {"cache-control": "private, max-age=3600"}
        if kind in PICTURES:
            return FileResponse(path, media_type=kind, headers=keep)
        name = os.path.basename(path)
        return FileResponse(
            path, media_type="application/octet-stream", filename=name, headers=keep
        )

    def _ours(self, path: str) -> bool:
        """Nothing is looked up on the disk for a path outside of our folders."""
        if not self.uploads.holds(path) and os.path.dirname(path) not in self.folders:
            return False
        return os.path.isfile(path) and not os.path.islink(path)

    async def _upload(self, scope: Scope, receive: Receive) -> Response:
        body = await self.bodies.read(receive, LARGEST_FILE + WRAPPING, TOO_LARGE)
        try:
            request = Request(scope, replay(body, receive))
            async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
                files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
                if any((part.size or 0) > LARGEST_FILE for part in files):
                    raise Refused(413, TOO_LARGE)
                kept = [self.uploads.keep(one.filename or "", await one.read()) for one in files]
        except (HTTPException, MultiPartException) as error:
            raise Refused(400, NO_FORM) from error
        except OSError as error:
            log.error("An upload could not be kept: %s", error)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise Refused(507, NO_ROOM if full else "The file could not be kept here.") from error
        if not kept:
            raise Refused(400, NO_FORM)
        return JSONResponse(kept)
