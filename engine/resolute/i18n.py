"""Chooses the language of what people read: Russian or English, through gettext catalogues.

Each package keeps its own catalogue (`locale/ru/LC_MESSAGES/<domain>.po` and the compiled `.mo` beside it); English
is the language of the source. A module gets its functions with `_ = i18n.translator("protocols")`, or
`_, ngettext = ...translator(...), ...plural(...)`.
"""

from __future__ import annotations

import gettext as _gettext
import locale
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_LOCALES = Path(__file__).resolve().parent / "locale"
_current: ContextVar[Language | None] = ContextVar("resolute_language", default=None)


@cache
def default_language() -> Language:
    """`ru` when the environment's locale (LC_ALL, LC_MESSAGES, LANG) is Russian, else `en`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "ru" if (locale.getlocale()[0] or "").lower().startswith("ru") else "en"


def language() -> Language:
    """The language in force for this context."""
    return _current.get() or default_language()


def set_language(value: Language | None) -> None:
    """Sets the language for the current context (thread or asyncio task); `None` goes back to the locale's."""
    _current.set(value)


@contextmanager
def use(value: Language) -> Iterator[None]:
    """Sets the language for a `with` block."""
    token = _current.set(value)
    try:
        yield
    finally:
        _current.reset(token)


@cache
def _catalogue(domain: str, value: Language) -> _gettext.NullTranslations:
    return _gettext.translation(domain, _LOCALES, languages=[value], fallback=True)


def translator(domain: str) -> Callable[[str], str]:
    """A function that translates a message of `domain` into the language in force at the call."""

    def translate(message: str) -> str:
        return _catalogue(domain, language()).gettext(message)

    return translate


def plural(domain: str) -> Callable[[str, str, int], str]:
    """Like `translator`, for messages that depend on a number: `ngettext(singular, plural, n)`."""

    def translate(one: str, many: str, n: int) -> str:
        return _catalogue(domain, language()).ngettext(one, many, n)

    return translate


def translate_library(domain: str) -> None:
    """Lets a library that calls `gettext.gettext` find its catalogue `domain` among ours, in the language in force.

    Changes the process's default gettext domain: for programs of our own, not for embedding.
    """
    os.environ["LANGUAGE"] = language()
    _gettext.bindtextdomain(domain, str(_LOCALES))
    _gettext.textdomain(domain)
