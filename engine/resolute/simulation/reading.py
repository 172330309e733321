"""Reads values of a scenario file: amounts, distributions, calendars; every complaint names the key."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from resolute import i18n
from resolute.errors import InputError
from resolute.net.expressions.temporal import parse_duration
from resolute.simulation.distributions import PARAMETERS, Distribution, Family, fixed
from resolute.simulation.scenario import Choice
from resolute.simulation.worktime import OFFICE_HOURS, ROUND_THE_CLOCK, WorkCalendar, parse_hours

_ = i18n.translator("simulation")

_AMOUNT = re.compile(r"([0-9]*\.?[0-9]+)\s*([a-z]*)\Z")
_UNITS = {"s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0}
_DAYS = frozenset({"d", "day", "days", ""})
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALIASES: dict[str, Family] = {"fix": "fixed", "constant": "fixed", "expon": "exponential", "norm": "normal"}


@dataclass(frozen=True)
class Key:
    """A place in a scenario file."""

    file: str | None
    path: str = ""

    def __truediv__(self, name: object) -> Key:
        return Key(self.file, f"{self.path}.{name}" if self.path else str(name))

    def fail(self, problem: str) -> NoReturn:
        """Raises an InputError that names the file and the key."""
        raise InputError(f"{self.path}: {problem}" if self.path else problem, file=self.file)


def mapping(value: Any, key: Key, known: Iterable[str] | None = None) -> Mapping[str, Any]:
    """A mapping, all of whose keys are known (any when `known` is None)."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        key.fail(_("found {found!r}; expected names with values").format(found=value))
    if known is not None:
        allowed = set(known)
        for name in value:
            if name not in allowed:
                (key / name).fail(
                    _("this key means nothing here; expected one of {known}").format(known=", ".join(sorted(allowed)))
                )
    return {str(name): entry for name, entry in value.items()}


def number(value: Any, key: Key, *, least: float = 0.0, most: float = math.inf) -> float:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        key.fail(_("found {found!r}; expected a number").format(found=value))
    try:
        found = float(value)
    except ValueError:
        key.fail(_("found {found!r}; expected a number").format(found=value))
    if not math.isfinite(found) or not least <= found <= most:
        bounds = f"{least:g}..{most:g}" if most < math.inf else f">= {least:g}"
        key.fail(_("found {found}; expected a number {bounds}").format(found=found, bounds=bounds))
    return found


def whole(value: Any, key: Key, *, least: int = 1) -> int:
    """A whole number."""
    found = number(value, key, least=least)
    if found != int(found):
        key.fail(_("found {found}; expected a whole number").format(found=found))
    return int(found)


def text(value: Any, key: Key) -> str:
    """A text."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    return key.fail(_("found {found!r}; expected a text").format(found=value))


def texts(value: Any, key: Key) -> tuple[str, ...]:
    """A list of texts, or a single one."""
    values = value if isinstance(value, list) else [value]
    return tuple(text(entry, key) for entry in values)


def seconds(value: Any, key: Key, day: float) -> float:
    """An amount of time: `5d`, `3h`, `20m`, `P5D`, `PT3H`, or a number of days; `day` is the seconds of a day."""
    if isinstance(value, str):
        found = value.strip().lower()
        if found.startswith("p"):
            try:
                span = parse_duration(found.upper())
            except ValueError as error:
                key.fail(str(error))
            return (span.months * 21 + span.rest.days) * day + span.rest.seconds
        match = _AMOUNT.match(found)
        if match and match[2] in _DAYS:
            return float(match[1]) * day
        if match and match[2] in ("w", "week", "weeks"):
            return float(match[1]) * 5 * day
        if match and match[2] in _UNITS:
            return float(match[1]) * _UNITS[match[2]]
        key.fail(_("{found!r} is no amount of time; write it like 5d, 3h, 20m or P5D").format(found=value))
    return number(value, key) * day


def distribution(value: Any, key: Key, day: float) -> Distribution:
    """`5d`, or `{pert: [2d, 5d, 10d]}`, or `{lognormal: {mean: 5d, sd: 2d}}`, with `min`, `max`, `shift` beside."""
    if not isinstance(value, Mapping):
        return fixed(seconds(value, key, day))
    names = [name for name in value if name not in ("low", "high", "shift")]
    if len(names) != 1:
        key.fail(_("found {found}; expected one distribution").format(found=", ".join(map(str, names)) or "-"))
    family = _ALIASES.get(names[0], names[0])
    if family not in PARAMETERS:
        key.fail(
            _("there is no distribution {found!r}; expected one of {known}").format(
                found=names[0], known=", ".join(PARAMETERS)
            )
        )
    parameters = _parameters(family, value[names[0]], key / names[0], day)
    bounds = {name: seconds(value[name], key / name, day) for name in ("low", "high", "shift") if name in value}
    try:
        return Distribution(family, parameters, **bounds)
    except InputError as error:
        key.fail(str(error))


def _parameters(family: Family, value: Any, key: Key, day: float) -> tuple[float, ...]:
    names = PARAMETERS[family]
    if isinstance(value, Mapping):
        given = mapping(value, key, names)
        missing = [name for name in names if name not in given]
        if missing:
            key.fail(_("{name} is missing").format(name=missing[0]))
        values = [given[name] for name in names]
    else:
        values = value if isinstance(value, list) else [value]
    if names and len(values) != len(names):
        key.fail(_("found {count} parameters; expected {names}").format(count=len(values), names=", ".join(names)))
    return tuple(
        number(entry, key / name, least=1e-9) if name == "shape" else seconds(entry, key / name, day)
        for name, entry in zip(names or ("",) * len(values), values, strict=True)
    )


# --- variables ---


def content(value: Any, key: Key) -> Any:
    """What a variable is: a value, a distribution, or values with probabilities, `{true: 0.8, false: 0.2}`."""
    if value is None or isinstance(value, bool | str | list):
        return value
    if isinstance(value, int | float):
        return number(value, key, least=-math.inf)
    names = {str(name) for name in mapping(value, key)}
    if names & (set(PARAMETERS) | set(_ALIASES)):
        return distribution(value, key, 1.0)
    ways = tuple((_scalar(name), number(share, key / name, most=1.0)) for name, share in value.items())
    total = sum(share for _value, share in ways)
    if not ways or abs(total - 1.0) > 0.001:
        key.fail(_("the probabilities add up to {total:g}; expected 1").format(total=total))
    return Choice(tuple((one, share / total) for one, share in ways))


def _scalar(name: Any) -> float | bool | str | None:
    """A value that stands as a key; in JSON every key is a text."""
    if not isinstance(name, str):
        return name if name is None or isinstance(name, bool | int | float) else str(name)
    if name in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[name]
    try:
        found = float(name)
    except ValueError:
        return name
    return found if math.isfinite(found) else name


# --- calendars ---


def calendar(value: Any, key: Key) -> WorkCalendar:
    """`always`, or `{hours: "09:00-18:00", days: mon-fri, country: RU, days_off: [2022-07-01..2022-07-14]}`."""
    if value in ("always", "24/7"):
        return ROUND_THE_CLOCK
    given = mapping(value, key, ("hours", "days", "week", "country", "days_off"))
    try:
        if "week" in given:
            week = _week(mapping(given["week"], key / "week", _WEEKDAYS))
        else:
            hours = parse_hours(text(given.get("hours", OFFICE_HOURS), key / "hours"))
            worked = weekdays(given.get("days", "mon-fri"), key / "days")
            week = tuple(hours if day in worked else () for day in range(7))
    except InputError as error:
        key.fail(str(error))
    if not any(week):
        key.fail(_("this calendar has no working hour; give it some"))
    country = given.get("country")
    if country is not None:
        _check_country(text(country, key / "country"), key / "country")
    return WorkCalendar(week, country, days_off(given.get("days_off", []), key / "days_off"))


def _check_country(code: str, key: Key) -> None:
    import holidays

    if code not in holidays.list_supported_countries():
        key.fail(_("no production calendar is known for {code!r}; use an ISO code such as RU").format(code=code))


def _week(given: Mapping[str, Any]) -> tuple[tuple[tuple[float, float], ...], ...]:
    return tuple(parse_hours(str(given[day])) if given.get(day) else () for day in _WEEKDAYS)


def weekdays(value: Any, key: Key) -> frozenset[int]:
    """`mon-fri`, `mon, wed`, or a list of such; Monday is 0."""
    found: set[int] = set()
    for part in (piece for entry in texts(value, key) for piece in entry.replace(",", " ").split()):
        first, _dash, last = part.lower().partition("-")
        names = [name[:3] for name in (first, last or first)]
        if any(name not in _WEEKDAYS for name in names):
            key.fail(_("{part!r} names no weekdays; write them like mon-fri").format(part=part))
        start, end = (_WEEKDAYS.index(name) for name in names)
        found.update(range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)])
    return frozenset(found)


def days_off(value: Any, key: Key) -> frozenset[date]:
    """Dates and spans of dates `2022-07-01..2022-07-14`."""
    found: set[date] = set()
    for entry in value if isinstance(value, list) else [value]:
        first, _dots, last = str(entry).partition("..")
        start, end = moment(first, key).date(), moment(last or first, key).date()
        if end < start or (end - start).days > 3660:
            key.fail(_("the days off {entry} end before they begin, or last ten years").format(entry=entry))
        found.update(start + timedelta(days=offset) for offset in range((end - start).days + 1))
    return frozenset(found)


def moment(value: Any, key: Key) -> datetime:
    """A date or date-time in local time."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    try:
        return datetime.fromisoformat(str(value).strip()).replace(tzinfo=None)
    except ValueError:
        key.fail(_("{found!r} is no date; write it like 2022-07-05 or 2022-07-05T12:00").format(found=str(value)))
