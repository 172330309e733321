"""Reads the JSON scenarios of Prosimos 2.1 (AutomatedProcessImprovement), also with the parameters of older ones."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import exp, expm1, sqrt
from typing import Any

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.simulation.distributions import Distribution, fixed
from resolute.simulation.reading import Key, number, text, whole
from resolute.simulation.scenario import Arrivals, Scenario, Step, Unit, Use
from resolute.simulation.worktime import DAY, ROUND_THE_CLOCK, Hours, WorkCalendar, joined, parse_time

_ = i18n.translator("simulation")

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_HISTOGRAM_VALUES = 1000
_ALMOST_MIDNIGHT = DAY - 1
ARRIVAL_CALENDAR = "arrival_time_calendar"
_LEFT_OUT = ("batch_processing", "prioritisation_rules", "branch_rules", "multitask", "event_attributes")


def is_prosimos(data: Mapping[str, Any]) -> bool:
    """Whether this is a scenario of Prosimos."""
    return "task_resource_distribution" in data or "resource_profiles" in data


def scenario(data: Mapping[str, Any], file: str | None = None) -> Scenario:
    """The scenario; what Prosimos knows and a forecast does not is listed in its findings."""
    key = Key(file)
    calendars = {
        text(_part(entry, "id", here), here / "id"): _calendar(_part(entry, "time_periods", here), here)
        for entry, here in _entries(data, "resource_calendars", key)
    }
    if data.get(ARRIVAL_CALENDAR):
        calendars[ARRIVAL_CALENDAR] = _calendar(data[ARRIVAL_CALENDAR], key / ARRIVAL_CALENDAR)
    units = _units(data, key, calendars)
    steps = dict(_tasks(data, key, units)) | dict(_events(data, key))
    arrival = key / "arrival_time_distribution"
    gap = _distribution(_part(data, "arrival_time_distribution", key), arrival)
    return Scenario(
        name="Prosimos",
        calendar=ROUND_THE_CLOCK,
        calendars=calendars,
        units=units,
        steps=steps,
        gateways=dict(_gateways(data, key)),
        arrivals=Arrivals(gap, ARRIVAL_CALENDAR if ARRIVAL_CALENDAR in calendars else None, working=False),
        measures_tasks=True,
        strict=False,
        findings=_left_out(data),
        file=file,
    )


def _part(entry: Any, name: str, key: Key) -> Any:
    if not isinstance(entry, Mapping) or name not in entry:
        key.fail(_("{name} is missing").format(name=name))
    return entry[name]


def _list(entry: Any, name: str, key: Key) -> list[Any]:
    found = _part(entry, name, key)
    if not isinstance(found, list):
        (key / name).fail(_("expected a list"))
    return found


def _entries(data: Mapping[str, Any], section: str, key: Key) -> list[tuple[Any, Key]]:
    found = data.get(section, [])
    if not isinstance(found, list):
        (key / section).fail(_("expected a list"))
    return [(entry, key / section / at) for at, entry in enumerate(found)]


# --- calendars and resources ---


def _calendar(periods: Any, key: Key) -> WorkCalendar:
    if isinstance(periods, Mapping):
        periods = _part(periods, "time_periods", key)
    week: list[list[tuple[float, float]]] = [[] for _day in _DAYS]
    for at, period in enumerate(periods if isinstance(periods, list) else []):
        here = key / at
        first, last = (_weekday(_part(period, side, here), here / side) for side in ("from", "to"))
        try:
            begin = parse_time(text(_part(period, "beginTime", here), here))
            end = parse_time(text(_part(period, "endTime", here), here))
        except InputError as error:
            here.fail(str(error))
        end = DAY if end >= _ALMOST_MIDNIGHT or end == 0 else end
        if end <= begin:
            here.fail(_("it ends before it begins"))
        for day in range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1)):
            week[day].append((begin, end))
    if not any(week):
        key.fail(_("this calendar has no working hour; give it some"))
    hours: tuple[Hours, ...] = tuple(joined(day) for day in week)
    return WorkCalendar(hours)


def _weekday(value: Any, key: Key) -> int:
    name = str(value).upper()
    if name not in _DAYS:
        key.fail(_("{found!r} is no weekday; expected MONDAY to SUNDAY").format(found=value))
    return _DAYS.index(name)


def _units(data: Mapping[str, Any], key: Key, calendars: Mapping[str, WorkCalendar]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for profile, here in _entries(data, "resource_profiles", key):
        for at, entry in enumerate(_list(profile, "resource_list", here)):
            place = here / "resource_list" / at
            calendar = text(_part(entry, "calendar", place), place / "calendar")
            if calendar not in calendars:
                (place / "calendar").fail(
                    _("calendar {name!r} is not among the resource_calendars").format(name=calendar)
                )
            name = text(_part(entry, "id", place), place / "id")
            units[name] = Unit(
                name=name,
                capacity=whole(entry.get("amount", 1), place / "amount"),
                calendar=calendar,
                cost_per_hour=number(entry.get("cost_per_hour", 0), place / "cost_per_hour"),
            )
    return units


# --- tasks, events, gateways ---


def _tasks(data: Mapping[str, Any], key: Key, units: Mapping[str, Unit]) -> list[tuple[str, Step]]:
    steps = []
    for entry, here in _entries(data, "task_resource_distribution", key):
        uses = []
        for at, resource in enumerate(_list(entry, "resources", here)):
            place = here / "resources" / at
            name = text(_part(resource, "resource_id", place), place)
            if name not in units:
                place.fail(_("resource {name!r} is in no resource_list").format(name=name))
            uses.append(Use(name, _distribution(resource, place)))
        duration = uses[0].duration if uses else fixed(0.0)
        steps.append((text(_part(entry, "task_id", here), here), Step(duration=duration, uses=tuple(uses))))
    return steps


def _events(data: Mapping[str, Any], key: Key) -> list[tuple[str, Step]]:
    return [
        (text(_part(entry, "event_id", here), here), Step(duration=_distribution(entry, here)))
        for entry, here in _entries(data, "event_distribution", key)
    ]


def _gateways(data: Mapping[str, Any], key: Key) -> list[tuple[str, dict[str, float]]]:
    found = []
    for entry, here in _entries(data, "gateway_branching_probabilities", key):
        shares = {
            text(_part(path, "path_id", here / at), here / at): number(
                _part(path, "value", here / at), here / at / "value", most=1.0
            )
            for at, path in enumerate(_list(entry, "probabilities", here))
        }
        found.append((text(_part(entry, "gateway_id", here), here), shares))
    return found


def _left_out(data: Mapping[str, Any]) -> tuple[Finding, ...]:
    message = _("{section} of the Prosimos scenario is left out of the forecast")
    return tuple(
        Finding("scenario-part-left-out", "warning", message.format(section=section))
        for section in _LEFT_OUT
        if data.get(section)
    )


# --- distributions ---


def _distribution(entry: Any, key: Key) -> Distribution:
    name = text(_part(entry, "distribution_name", key), key).lower()
    if name == "histogram_sampling":
        return _histogram(_part(entry, "histogram_data", key), key / "histogram_data")
    raw = _part(entry, "distribution_params", key)
    if not isinstance(raw, Sequence) or not raw:
        (key / "distribution_params").fail(_("expected a list of parameters"))
    values = [
        number(part.get("value") if isinstance(part, Mapping) else part, key / at, least=-1e300)
        for at, part in enumerate(raw)
    ]
    try:
        return _from_parameters(name, values)
    except (IndexError, KeyError):
        key.fail(
            _("{name} with {count} parameters is not known; see docs/simulation.md").format(
                name=name, count=len(values)
            )
        )
    except InputError as error:
        key.fail(str(error))


def _histogram(data: Any, key: Key) -> Distribution:
    """Midpoints of bins with their cumulative shares, as a list of a thousand equally likely values."""
    shares = [number(share, key / "cdf", most=1.000001) for share in _list(data, "cdf", key)]
    middles = [number(value, key / "bin_midpoints") for value in _list(data, "bin_midpoints", key)]
    if not shares or len(shares) != len(middles):
        key.fail(_("cdf and bin_midpoints differ in length"))
    draws = ((n + 0.5) / _HISTOGRAM_VALUES for n in range(_HISTOGRAM_VALUES))
    at = [min(bisect_left(shares, share), len(middles) - 1) for share in draws]
    return Distribution("empirical", tuple(middles[place] for place in at))


def _from_parameters(name: str, values: Sequence[float]) -> Distribution:
    """Two conventions: of pix-framework (mean, spread, min, max), and of SciPy (shape, loc, scale, min, max)."""
    match name:
        case "fix" | "fixed":
            return fixed(max(values[0], 0.0))
        case "uniform":
            low, high = (values[0], values[0] + values[1]) if len(values) >= 4 else (values[0], values[1])
            return Distribution("uniform", (max(low, 0.0), max(high, 0.0)))
        case "norm" | "normal":
            return _bounded("normal", (values[0], values[1]), values[2:])
        case "expon" | "exponential":
            return _exponential(values)
        case "lognorm" | "lognormal" | "gamma":
            return _skewed("gamma" if name == "gamma" else "lognormal", values)
        case "exponnorm":
            k, loc, scale = values[:3]
            return _bounded("exponnorm", (loc, scale, k * scale), values[3:])
        case "triang" | "triangular":
            c, loc, scale = values[:3]
            return _bounded("triangular", (loc, loc + c * scale, loc + scale), values[3:])
    raise KeyError(name)


def _exponential(values: Sequence[float]) -> Distribution:
    mean, low, high = values[:3] if len(values) >= 3 else (values[0], 0.0, values[0] * 1e6)
    if len(values) >= 4 and high <= low:
        loc, scale, low, high = values[:4]
        return _shifted("exponential", (scale,), loc, low, high)
    return _shifted("exponential", (mean - low if mean > low else mean,), low, low, high)


def _skewed(family: Any, values: Sequence[float]) -> Distribution:
    if len(values) == 4:
        mean, variance, low, high = values
        return _bounded(family, (mean, variance**0.5), (low, high))
    shape, loc, scale, low, high = values
    if family == "gamma":
        return _shifted(family, (shape * scale, sqrt(shape) * scale), loc, low, high)
    mean = scale * exp(shape * shape / 2)
    return _shifted(family, (mean, mean * sqrt(expm1(shape * shape))), loc, low, high)


def _bounded(family: Any, parameters: tuple[float, ...], bounds: Sequence[float]) -> Distribution:
    low, high = bounds if len(bounds) == 2 else (0.0, float("inf"))
    return Distribution(family, parameters, max(low, 0.0), high)


def _shifted(family: Any, parameters: tuple[float, ...], loc: float, low: float, high: float) -> Distribution:
    return Distribution(family, parameters, max(low - loc, 0.0), max(high - loc, 0.0), loc)
