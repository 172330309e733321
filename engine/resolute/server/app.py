"""The application: who may come in, how errors are told, what every answer carries."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from resolute import i18n
from resolute.errors import ConflictError, InputError, NotFoundError, ResoluteError, StorageError
from resolute.execution.services import ServiceError
from resolute.server import commands, pages, questions
from resolute.server.access import ForbiddenError, Keys
from resolute.server.guard import Guard
from resolute.server.parts import UnknownCallerError

if TYPE_CHECKING:
    from resolute.engine import Engine

_ = i18n.translator("server")
_log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (UnknownCallerError, 401),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (InputError, 422),
    (StorageError, 503),
    (ServiceError, 502),
    (ResoluteError, 400),
)


def build(engine: Engine, keys: Keys) -> FastAPI:
    """What `resolute.server.application` answers with."""
    app = FastAPI(title="Resolute", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.engine, app.state.keys = engine, keys
    app.include_router(questions.router, prefix="/api")
    app.include_router(commands.router, prefix="/api")
    app.include_router(pages.router)
    app.add_middleware(Guard, keys=keys)
    app.add_exception_handler(ResoluteError, _told)
    app.add_exception_handler(RequestValidationError, _told)
    app.add_exception_handler(HTTPException, _told)
    return app


def _told(request: Request, error: Exception) -> Response:
    """An error in words, as JSON or as a page."""
    status, text = _in_words(error)
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, text)
    if request.url.path.startswith(f"{request.scope.get('root_path', '')}/api/"):
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return JSONResponse({"error": text}, status, headers)
    return pages.problem(request, status, text)


def _in_words(error: Exception) -> tuple[int, str]:
    if isinstance(error, RequestValidationError):
        return 422, "; ".join(_place(one) for one in error.errors())
    if isinstance(error, HTTPException):
        known = {404: _("there is nothing here"), 405: _("this address does not take that method")}
        return error.status_code, known.get(error.status_code, str(error.detail))
    return next(status for kind, status in _STATUS if isinstance(error, kind)), str(error)


def _place(problem: dict[str, Any]) -> str:
    return f"{'.'.join(map(str, problem['loc'][1:]))}: {problem['msg']}"
