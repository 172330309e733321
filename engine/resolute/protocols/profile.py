"""How a body counts its deadlines: settings that a small YAML file can keep, with defaults from office-work rules."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from resolute import i18n
from resolute.errors import InputError

_ = i18n.translator("protocols")

DayOff = Literal["previous", "next", "keep"]
Unit = Literal["days", "working_days", "weeks", "months"]


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time: `3 days`, `10 working_days`, `1 months`."""

    count: int
    unit: Unit = "days"

    @classmethod
    def parse(cls, text: str) -> Term:
        """A term from `3 days`; raises ValueError when it is none."""
        count, _space, unit = text.partition(" ")
        unit = unit.strip() or "days"
        if not count.isdecimal() or unit not in ("days", "working_days", "weeks", "months"):
            raise ValueError(text)
        return cls(int(count), unit)  # type: ignore[arg-type]


_URGENCY = MappingProxyType(
    {
        "весьма срочно": Term(1),
        "срочно": Term(3),
        "незамедлительно": Term(3),
        "немедленно": Term(3),
        "безотлагательно": Term(3),
        "оперативно": Term(10),
        "кратчайший срок": Term(10),
    }
)


@dataclass(frozen=True, slots=True)
class Profile:
    """The settings of one body."""

    country: str = "RU"
    """Whose production calendar counts (ISO 3166)."""
    day_off: DayOff = "previous"
    """Where a deadline on a day off moves: model office-work rules say `previous`, Civil Code art. 193 `next`."""
    inclusive: bool = True
    """Whether «до 1 июля» names the last day itself; if not, the day before it is the last."""
    term_unit: Literal["days", "working_days"] = "days"
    """What «в течение 10 дней» counts when the wording does not say."""
    default_term: Term | None = None
    """The term of an assignment without a deadline (office-work rules: `1 months`); None leaves it open."""
    urgency: Mapping[str, Term] = field(default_factory=lambda: _URGENCY)
    """The terms of urgent wordings, by their beginning."""


def load_profile(path: str | os.PathLike[str]) -> Profile:
    """The profile kept in a YAML file; raises `InputError` naming what is wrong in it."""
    name = str(path)
    try:
        data = yaml.safe_load(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(_("there is no such file; check the path"), file=name) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            _("this is not YAML; correct the line"), file=name, line=None if mark is None else mark.line + 1
        ) from None
    if not isinstance(data, dict):
        raise InputError(_("a profile is a list of `setting: value` lines"), file=name)
    return _profile(data, name)


def _profile(data: Mapping[str, Any], name: str) -> Profile:
    known = [f.name for f in fields(Profile)]
    values: dict[str, Any] = {}
    for key, value in data.items():
        if key not in known:
            message = _("unknown setting {key}; the settings are {known}")
            raise InputError(message.format(key=key, known=", ".join(known)), file=name)
        try:
            values[key] = _value(key, value)
        except ValueError:
            message = _("{key}: {value} is not allowed; see docs/register.md")
            raise InputError(message.format(key=key, value=value), file=name) from None
    return Profile(**values)


def _value(key: str, value: Any) -> Any:
    choices = {"day_off": ("previous", "next", "keep"), "term_unit": ("days", "working_days")}
    if key in choices:
        if value not in choices[key]:
            raise ValueError(value)
        return value
    if key == "inclusive":
        if not isinstance(value, bool):
            raise ValueError(value)
        return value
    if key == "default_term":
        return None if value is None else Term.parse(str(value))
    if key == "urgency":
        if not isinstance(value, dict):
            raise ValueError(value)
        return {**_URGENCY, **{str(word).lower(): Term.parse(str(term)) for word, term in value.items()}}
    return str(value)
