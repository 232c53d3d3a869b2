"""The board's style sheet and scripts, served once and kept by the browser.

They are not part of the element's own message: that one goes to every viewer at every tick.
"""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.tokens import Theme, css_variables

_FOLDER = files("dashboard.board")
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


def _style_sheet() -> str:
    return (
        f".board {{\n{css_variables(Theme.DAY)}\n}}\n"
        f'.board[data-theme="night"] {{\n{css_variables(Theme.NIGHT)}\n}}\n'
        + (_FOLDER / "board.css").read_text(encoding="utf-8")
    )


ASSETS = {
    **{
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(_FOLDER.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".js")
    },
    "board.css": _style_sheet(),
}
# The content's own name: a new version of the files has a new address, so none is ever stale.
VERSION = hashlib.sha256("\0".join(ASSETS.values()).encode()).hexdigest()[:12]
BASE = f"/board/{VERSION}/"


def asset_routes() -> Sequence[Route]:
    """The route that serves the files."""

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if request.path_params["version"] != VERSION or name not in ASSETS:
            return PlainTextResponse("This file is of another version. Reload the page.", 404)
        return Response(
            ASSETS[name],
            media_type=_TYPES[name.rpartition(".")[2]],
            headers={"cache-control": "private, max-age=31536000, immutable"},
        )

    return (Route("/board/{version}/{name}", asset),)
