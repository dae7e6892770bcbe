"""The shelf: the browser files of the explorer, each served by its name and nothing beside them."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

ROOM = Path(__file__).parent / "assets"
FILES = {
    "react.production.min.js": "text/javascript; charset=utf-8",
    "react-dom.production.min.js": "text/javascript; charset=utf-8",
    "graphiql.min.js": "text/javascript; charset=utf-8",
    "graphiql.min.css": "text/css; charset=utf-8",
    "directive.js": "text/javascript; charset=utf-8",
    "answer.js": "text/javascript; charset=utf-8",
    "asker.js": "text/javascript; charset=utf-8",
    "explorer.js": "text/javascript; charset=utf-8",
    "explorer.css": "text/css; charset=utf-8",
}
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEEP = "public, max-age=31536000, immutable"
ASK = "no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is sent: its bytes, the same packed, its media type and its fingerprint."""

    plain: bytes
    packed: bytes
    media_type: str
    mark: str


@cache
def take(name: str) -> Asset:
    """The file of this name; read and packed once. Raises `KeyError` for a name that is not on the shelf."""
    media_type = FILES[name]
    plain = (ROOM / name).read_bytes()
    packed = gzip.compress(plain, compresslevel=6, mtime=0)
    return Asset(plain=plain, packed=packed, media_type=media_type, mark=sha256(plain).hexdigest()[:16])


def address(name: str, root: str = "") -> str:
    """Where the page finds a file: with its fingerprint, so that a browser may keep it for good."""
    return f"{root}/explorer/assets/{name}?v={take(name).mark}"


async def serve(request: Request) -> Response:
    """One file of the shelf; 404 for every other name."""
    name = str(request.path_params["name"])
    if name not in FILES:
        return PlainTextResponse("there is no such file", status_code=404, headers=SAFE)
    asset = take(name)
    tag = f'"{asset.mark}"'
    headers = {
        **SAFE,
        "Cache-Control": KEEP if request.query_params.get("v") == asset.mark else ASK,
        "ETag": tag,
        "Vary": "Accept-Encoding",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            asset.packed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"}
        )
    return Response(asset.plain, media_type=asset.media_type, headers=headers)


def shelf() -> Mount:
    """The shelf as a part of an application, at `/explorer/assets`."""
    return Mount(
        "/explorer/assets", routes=[Route("/{name}", serve, methods=["GET"])], name="explorer-assets"
    )
