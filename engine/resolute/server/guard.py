"""What stands before every request: a limit of size, the language, headers that keep browsers careful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse

from resolute import i18n
from resolute.server.parts import known_caller

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from resolute.server.access import Keys

_ = i18n.translator("server")

MOST_BYTES = 64 * 2**20
"""Of the body of a request: as much as a document may have."""
STRANGERS_BYTES = 2**16
"""Of one without a key."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class TooLargeError(Exception):
    """A request has more bytes than anything here takes."""


class Guard:
    """Middleware around the whole application."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        i18n.set_language(_language(request))
        request.state.caller = known_caller(request, self._keys)
        most = left = MOST_BYTES if request.state.caller else STRANGERS_BYTES
        begun = False

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLargeError
            return message

        async def careful(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            if _announced(request.headers) > most:
                raise TooLargeError
            await self._app(scope, limited, careful)
        except TooLargeError:
            if not begun:
                text = _("the request is larger than {n} kilobytes").format(n=most // 2**10)
                await JSONResponse({"error": text}, 413)(scope, receive, careful)


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdecimal() else 0


def _language(request: Request) -> i18n.Language | None:
    """`?lang=`, else the cookie that it left, else the first of ours that the browser names, else the server's own."""
    for wanted in (request.query_params.get("lang"), request.cookies.get("resolute_lang")):
        for language in i18n.LANGUAGES:
            if wanted == language:
                return language
    for wanted in request.headers.get("accept-language", "").lower().split(","):
        for language in i18n.LANGUAGES:
            if wanted.strip().startswith(language):
                return language
    return None
