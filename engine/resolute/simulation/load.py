"""Loads scenarios: our YAML or JSON, the JSON of Prosimos, BPSim."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation import prosimos
from resolute.simulation.distributions import Distribution, fixed
from resolute.simulation.reading import (
    Key,
    calendar,
    content,
    distribution,
    mapping,
    moment,
    number,
    text,
    texts,
    whole,
)
from resolute.simulation.scenario import (
    FIND_WARM_UP,
    UNLIMITED,
    Arrivals,
    Choice,
    Correlation,
    Sampled,
    Scenario,
    Step,
    Unit,
    Use,
)
from resolute.simulation.worktime import WorkCalendar, office

_ = i18n.translator("simulation")

_KEYS = frozenset(
    {"name", "start", "calendar", "calendars", "parties", "steps", "gateways", "arrivals", "cases", "warm_up"}
    | {"data", "discipline", "correlations", "horizon_days", "max_events", "measures_tasks"}
)
_STEP_KEYS = frozenset(
    {"duration", "who", "also", "skill", "priority", "repeat", "repeat_limit", "copies", "probability", "cost", "sets"}
)
_PARTY_KEYS = ("capacity", "calendar", "cost_per_hour", "persons", "skills", "days_off")
_LARGEST = 50_000_000


def load_scenario(path: str | Path) -> Scenario:
    """Reads a scenario file; of a BPSim file with several scenarios `FILE#NAME` names one, by its id or name.

    Raises InputError that names the file, the key, what was found and expected.
    """
    file, wanted = _wanted(Path(path))
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(_("the file is too large for a scenario"), file=str(file))
        content = file.read_bytes()
    except OSError as error:
        raise InputError(_("cannot be read ({why})").format(why=error.strerror), file=str(file)) from None
    if content.lstrip()[:1] == b"<":
        from resolute.simulation import bpsim

        return bpsim.read(content, str(file), wanted)
    data = _parsed(content, file)
    if not isinstance(data, Mapping):
        raise InputError(_("expected a scenario: names with values"), file=str(file))
    if prosimos.is_prosimos(data):
        return prosimos.scenario(data, str(file))
    return scenario(data, str(file))


def _wanted(path: Path) -> tuple[Path, str | None]:
    name, hash_, wanted = path.name.rpartition("#")
    return (path, None) if not hash_ or path.exists() else (path.with_name(name), wanted)


def _parsed(content: bytes, file: Path) -> Any:
    if file.suffix.lower() == ".json":
        try:
            return json.loads(content)
        except ValueError as error:
            line = getattr(error, "lineno", None)
            raise InputError(_("this is not JSON: {why}").format(why=error), file=str(file), line=line) from None
    import yaml

    try:
        return yaml.load(content, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        problem = getattr(error, "problem", None) or str(error)
        raise InputError(_("this is not YAML: {why}").format(why=problem), file=str(file), line=line) from None


def scenario(data: Mapping[str, Any], file: str | None = None) -> Scenario:
    """A scenario from the data of our own format (docs/simulation.md)."""
    key = Key(file)
    given = mapping(data, key, _KEYS)
    main = calendar(given["calendar"], key / "calendar") if "calendar" in given else office()
    day = main.hours_per_day * 3600
    calendars = {
        name: calendar(value, key / "calendars" / name)
        for name, value in mapping(given.get("calendars"), key / "calendars").items()
    }
    units = _units(mapping(given.get("parties"), key / "parties"), key / "parties", main, calendars)
    result: dict[str, Any] = {
        "name": text(given.get("name", ""), key / "name"),
        "start": moment(given["start"], key / "start") if "start" in given else None,
        "calendar": main,
        "calendars": calendars,
        "units": units,
        "steps": {
            name: _step(value, key / "steps" / name, day)
            for name, value in mapping(given.get("steps"), key / "steps").items()
        },
        "gateways": {
            name: _shares(value, key / "gateways" / name)
            for name, value in mapping(given.get("gateways"), key / "gateways").items()
        },
        "data": {
            name: content(value, key / "data" / name)
            for name, value in mapping(given.get("data"), key / "data").items()
        },
        "arrivals": _arrivals(given.get("arrivals"), key / "arrivals", day, calendars),
        "cases": whole(given["cases"], key / "cases") if "cases" in given else None,
        "warm_up": _warm_up(given.get("warm_up"), key / "warm_up"),
        "discipline": _discipline(given.get("discipline", "fifo"), key / "discipline"),
        "correlations": _correlations(given.get("correlations", []), key / "correlations"),
        "measures_tasks": bool(given.get("measures_tasks", "arrivals" in given)),
        "file": file,
    }
    for name in ("horizon_days", "max_events"):
        if name in given:
            found = number(given[name], key / name, least=1)
            result[name] = int(found) if name == "max_events" else found
    return Scenario(**result)


def _units(
    given: Mapping[str, Any], key: Key, main: WorkCalendar, calendars: dict[str, WorkCalendar]
) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for party, value in given.items():
        entry = mapping(value, key / party, _PARTY_KEYS)
        persons = mapping(entry.get("persons"), key / party / "persons")
        for person, own in persons.items():
            merged = {**entry, "capacity": 1, **mapping(own, key / party / "persons" / person, _PARTY_KEYS)}
            units[person] = _unit(person, merged, key / party / "persons" / person, party, main, calendars)
        if not persons:
            units[party] = _unit(party, entry, key / party, None, main, calendars)
    return units


def _unit(
    name: str,
    entry: Mapping[str, Any],
    key: Key,
    party: str | None,
    main: WorkCalendar,
    calendars: dict[str, WorkCalendar],
) -> Unit:
    own = text(entry["calendar"], key / "calendar") if "calendar" in entry else None
    if own is not None and own not in calendars:
        (key / "calendar").fail(_("calendar {name!r} is not defined under calendars").format(name=own))
    if "days_off" in entry:
        base = main if own is None else calendars[own]
        off = calendar({"days_off": entry["days_off"]}, key).days_off
        own = f"{own or ''}/{name}"
        calendars[own] = WorkCalendar(base.week, base.country, base.days_off | off)
    return Unit(
        name=name,
        capacity=whole(entry["capacity"], key / "capacity") if "capacity" in entry else UNLIMITED,
        calendar=own,
        cost_per_hour=number(entry.get("cost_per_hour", 0), key / "cost_per_hour"),
        party=party,
        skills=frozenset(texts(entry.get("skills", []), key / "skills")),
    )


def _step(value: Any, key: Key, day: float) -> Step:
    entry = mapping(value, key, _STEP_KEYS)
    result: dict[str, Any] = {}
    if "duration" in entry:
        result["duration"] = distribution(entry["duration"], key / "duration", day)
    if "who" in entry:
        result["uses"] = _uses(entry["who"], key / "who", day)
    if "also" in entry:
        result["also"] = texts(entry["also"], key / "also")
    if "skill" in entry:
        result["skill"] = text(entry["skill"], key / "skill")
    for name, most in (("repeat", 1.0), ("probability", 1.0), ("priority", 1e9), ("cost", 1e15)):
        if name in entry:
            result[name] = number(entry[name], key / name, least=0.0 if name != "priority" else -1e9, most=most)
    if result.get("repeat") == 1.0 and "repeat_limit" not in entry:
        (key / "repeat").fail(_("a step that is always repeated never ends; give a smaller number"))
    if "repeat_limit" in entry:
        result["repeat_limit"] = whole(entry["repeat_limit"], key / "repeat_limit")
    if "copies" in entry:
        copies = entry["copies"]
        result["copies"] = (
            fixed(whole(copies, key / "copies", least=0))
            if isinstance(copies, int)
            else distribution(copies, key / "copies", 1.0)
        )
    if "sets" in entry:
        result["sets"] = _sets(entry["sets"], key / "sets")
    return Step(**result)


def _sets(value: Any, key: Key) -> dict[str, Sampled]:
    found: dict[str, Sampled] = {}
    for name, given in mapping(value, key).items():
        set_to = content(given, key / name)
        if isinstance(set_to, list):
            (key / name).fail(_("a list cannot be followed during a run; expected a number, true, false or a text"))
        found[name] = set_to if isinstance(set_to, Distribution | Choice) else Choice(((set_to, 1.0),))
    return found


def _uses(value: Any, key: Key, day: float) -> tuple[Use, ...]:
    if isinstance(value, Mapping):
        return tuple(
            Use(str(name), None if own is None else distribution(own, key / name, day)) for name, own in value.items()
        )
    return tuple(Use(name) for name in texts(value, key)) if value is not None else ()


def _shares(value: Any, key: Key) -> dict[str, float]:
    return {name: number(share, key / name, most=1.0) for name, share in mapping(value, key).items()}


def _arrivals(value: Any, key: Key, day: float, calendars: Mapping[str, WorkCalendar]) -> Arrivals | None:
    if value is None:
        return None
    entry = mapping(value, key, ("every", "calendar"))
    if "every" not in entry:
        key.fail(_("{name} is missing").format(name="every"))
    name = text(entry["calendar"], key / "calendar") if "calendar" in entry else None
    if name is not None and name not in calendars:
        (key / "calendar").fail(_("calendar {name!r} is not defined under calendars").format(name=name))
    return Arrivals(distribution(entry["every"], key / "every", day if name else 86400.0), name)


def _warm_up(value: Any, key: Key) -> int | None:
    if value is None:
        return None
    return FIND_WARM_UP if value == "auto" else whole(value, key, least=0)


def _discipline(value: Any, key: Key) -> str:
    if value not in ("fifo", "deadline"):
        key.fail(_("found {found!r}; expected fifo or deadline").format(found=value))
    return str(value)


def _correlations(value: Any, key: Key) -> tuple[Correlation, ...]:
    found = []
    for number_, entry in enumerate(value or []):
        here = key / number_
        given = mapping(entry, here, ("steps", "coefficient"))
        steps = texts(given.get("steps", []), here / "steps")
        if len(steps) < 2:
            (here / "steps").fail(_("expected at least two steps"))
        coefficient = number(given.get("coefficient"), here / "coefficient", most=1.0)
        found.append(Correlation(steps, coefficient))
    return tuple(found)
