"""Finds the patterns and workflows that ship with Resolute, in a wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

from resolute.errors import NotFoundError

_PACKAGE = Path(__file__).resolve().parent


def shipped(*parts: str) -> Path:
    """The path of a shipped file or folder, e.g. `shipped("bpmn", "assignment.bpmn")`.

    Raises `NotFoundError` naming the two places that were searched.
    """
    places = (_PACKAGE / "_shipped", _PACKAGE.parents[1])
    for place in places:
        path = place.joinpath(*parts)
        if path.exists():
            return path
    searched = " and ".join(str(place) for place in places)
    raise NotFoundError(f"{'/'.join(parts)} is not in this installation (searched {searched}); install resolute again")
