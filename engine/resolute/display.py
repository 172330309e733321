"""How values show themselves in a notebook: `resolute.reports.notebook` says here how it draws which kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resolute.errors import ResoluteError

_makers: dict[str, Callable[[Any], str]] = {}


def offer(kind: str, maker: Callable[[Any], str]) -> None:
    """Sets what draws values of a kind, as SVG or HTML."""
    _makers[kind] = maker


def show(kind: str, value: Any) -> str | None:
    """The value as SVG or HTML; None where nothing draws its kind, or it cannot be drawn: notebooks then show text."""
    maker = _makers.get(kind)
    try:
        return maker(value) if maker is not None else None
    except ResoluteError:
        return None
