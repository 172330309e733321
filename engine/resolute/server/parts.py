"""What endpoints are given: the engine, the caller, the key against doing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from fastapi import Depends, Header, Request, Response

from resolute import i18n
from resolute.engine import Engine
from resolute.errors import NotFoundError, ResoluteError
from resolute.execution import Task
from resolute.execution.assignments import CARRY_OUT
from resolute.reports import rows
from resolute.server.access import Caller, ForbiddenError, Keys

_ = i18n.translator("server")

COOKIE = "resolute_key"


class UnknownCallerError(ResoluteError):
    """No key, or one that opens nothing."""


def _engine(request: Request) -> Engine:
    return cast(Engine, request.app.state.engine)


def known_caller(request: Request, keys: Keys) -> Caller | None:
    """Who calls, by `Authorization: Bearer KEY` or the cookie of the pages; None where neither opens anything."""
    secret = _bearer(request) or request.cookies.get(COOKIE, "")
    return keys.caller(secret.strip()) if secret else None


def _bearer(request: Request) -> str:
    scheme, _space, secret = request.headers.get("authorization", "").partition(" ")
    return secret if scheme.lower() == "bearer" else ""


def _caller(request: Request) -> Caller:
    """Who calls. The cookie changes things only from our own pages."""
    found: Caller | None = request.state.caller
    if found is None:
        raise UnknownCallerError(_("a key is needed: Authorization: Bearer KEY; the secretariat gives it out"))
    if not _bearer(request) and request.method not in ("GET", "HEAD") and not _from_here(request):
        raise ForbiddenError(_("this was sent from a page of another site"))
    return found


def _from_here(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


async def _content(request: Request) -> bytes:
    return await request.body()


Content = Annotated[bytes, Depends(_content)]
"""The body as it came."""
Running = Annotated[Engine, Depends(_engine)]
"""The engine."""
By = Annotated[Caller, Depends(_caller)]
"""Who calls; without a key nothing is answered."""


def _protocol(engine: Running, by: By, protocol: str | None = None) -> str | None:
    """The opened protocol that is asked about; None for all. Raises NotFoundError."""
    if not protocol:
        return None
    known = [opening.id for opening in engine.openings()]
    if protocol not in known:
        listed = ", ".join(known) or "—"
        raise NotFoundError(_("no protocol {id} is open; open ones: {known}").format(id=protocol, known=listed))
    return protocol


Of = Annotated[str | None, Depends(_protocol)]
"""The id of the protocol that is asked about."""
Once = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
"""The same key again does nothing more."""


def answered(value: Any) -> Response:
    """A value as JSON, dates as the command line prints them."""
    return Response(json.dumps(value, ensure_ascii=False, default=rows.plain), media_type="application/json")


def check_works_on(engine: Engine, by: Caller, tasks: Sequence[str]) -> None:
    """Raises ForbiddenError unless the caller may do these tasks, NotFoundError where there is none."""
    if not by.controls:
        by.check_works_for(task_of(engine, task).party for task in tasks)


def check_carries_out(engine: Engine, by: Caller, points: Sequence[str], protocol: str | None) -> None:
    """Raises ForbiddenError unless the caller may carry out these points (by number, or by one of their tasks)."""
    if by.controls:
        return
    for point in points:
        own = engine.tasks(ref=point, party=by.party, group=protocol, element=CARRY_OUT)
        by.check_works_for([by.party if own else task_of(engine, point).party if "-" in point else None])


def task_of(engine: Engine, task: str) -> Task:
    """A task by its id, open or not. Raises NotFoundError."""
    found = [one for one in engine.tasks(task.partition("-")[0], None) if one.id == task]
    if not found:
        raise NotFoundError(_("there is no task {id}").format(id=task))
    return found[0]
