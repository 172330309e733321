"""The engine over HTTP: a JSON API for other systems, pages for people, nothing without a key (extra `server`).

`resolute serve` runs it; a host may mount `application(engine, keys)`, an ASGI application, in its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute import i18n
from resolute.errors import InputError
from resolute.server.access import Caller, Keys, add_key

if TYPE_CHECKING:
    from fastapi import FastAPI

    from resolute.engine import Engine

__all__ = ["Caller", "Keys", "add_key", "application"]

_ = i18n.translator("server")


def application(engine: Engine, keys: Keys) -> FastAPI:
    """The API under `/api` and the pages, as an ASGI application on an engine that the caller closes.

    Nothing is answered without a key of `keys`. `/api/openapi.json` describes the API. Raises InputError where the
    extra `server` is not installed.
    """
    try:
        from resolute.server.app import build
    except ImportError as error:
        said = _("{name} is missing; install what the server needs: pip install 'resolute[server]'")
        raise InputError(said.format(name=error.name)) from None
    return build(engine, keys)
