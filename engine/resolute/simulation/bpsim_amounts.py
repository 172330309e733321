"""Parameter values of BPSim, constants and distributions: read from its elements, written as its elements."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from lxml import etree

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation.distributions import Distribution, fixed
from resolute.simulation.reading import Key, number

_ = i18n.translator("simulation")

UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "hour": 3600.0, "day": 86400.0, "month": 2629800.0, "year": 31557600.0}
"""Seconds of a unit of time."""
POINTS = 200
"""Equally likely values that a distribution which BPSim does not have is written as."""
MOST_POINTS = 1000
"""Most values that a distribution given by points is read as."""
_DURATION = re.compile(
    r"(-?)P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?"
    r"(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?\Z"
)
_PARTS = ("year", "month", "week", "day", "hour", "min", "s")
_RANDOM = "Distribution"


def tag_of(node: etree._Element) -> str:
    """The local name of an element."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


# --- reading ---


def seconds(text: str, key: Key) -> float:
    """The seconds of an ISO 8601 duration; a month counts a twelfth of a year."""
    match = _DURATION.match(text.strip())
    if match is None or text.strip().endswith(("P", "T")):
        key.fail(_("{text!r} is no duration; expected ISO 8601 such as PT20M").format(text=text))
    sign, *parts = match.groups()
    if sign:
        key.fail(_("{text!r} is negative; expected a duration from 0 up").format(text=text))
    units = {**UNITS, "week": 7 * UNITS["day"]}
    return sum(number(part, key) * units[name] for part, name in zip(parts, _PARTS, strict=True) if part)


def amount(node: etree._Element, unit: float, key: Key) -> Distribution | None:
    """The amount of time of a constant or a distribution; None for an expression. `unit`: seconds of the base unit."""
    tag = tag_of(node)
    if tag == "DurationParameter":
        return fixed(seconds(node.get("value") or "", key))
    own = UNITS.get(node.get("timeUnit") or "", unit)
    if tag in ("NumericParameter", "FloatingParameter"):
        return fixed(number(node.get("value"), key) * own)
    if tag == "UserDistribution":
        return _user(node, own, key)
    if not tag.endswith(_RANDOM):
        return None
    known = _READ.get(tag)
    if known is None:
        key.fail(_("the distribution {tag} is not known").format(tag=tag))

    def given(*names: str) -> float:
        value = next((node.get(name) for name in names if node.get(name) is not None), None)
        if value is None:
            key.fail(_("{name} is missing").format(name=names[0]))
        return number(value, key / names[0], least=-math.inf)

    try:
        return known(given, own)
    except InputError as error:
        key.fail(str(error))


Given = Callable[..., float]


def _truncated(given: Given, unit: float) -> Distribution:
    mean, sd = given("mean") * unit, given("standardDeviation") * unit
    return Distribution("normal", (mean, sd), max(given("min"), 0.0) * unit, given("max") * unit)


def _triangular(given: Given, unit: float) -> Distribution:
    return Distribution("triangular", (given("min") * unit, given("mode", "mostLikely") * unit, given("max") * unit))


def _gamma(given: Given, unit: float) -> Distribution:
    shape, scale = given("shape"), given("scale") * unit
    return Distribution("gamma", (shape * scale, math.sqrt(max(shape, 0.0)) * scale))


def _erlang(given: Given, unit: float) -> Distribution:
    mean, k = given("mean") * unit, given("k")
    return Distribution("gamma", (mean, mean / math.sqrt(k) if k > 0 else -1.0))


def _poisson(given: Given, unit: float) -> Distribution:
    mean = given("mean")
    most = int(mean + 12 * math.sqrt(max(mean, 0.0)) + 12)
    chances = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(most)] if mean > 0 else [1.0]
    return _by_points([(k * unit, share) for k, share in enumerate(chances)])


def _binomial(given: Given, unit: float) -> Distribution:
    trials, share = int(given("trials")), given("probability")
    if not 0 <= share <= 1 or not 0 <= trials <= 100_000:
        raise InputError(_("expected a probability 0..1 and up to 100000 trials"))
    if share in (0.0, 1.0):
        return fixed(trials * share * unit)
    logs = (
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(share) + (trials - k) * math.log1p(-share)
        for k in range(trials + 1)
    )  # fmt: skip
    return _by_points([(k * unit, math.exp(value)) for k, value in enumerate(logs)])


def _beta(given: Given, unit: float) -> Distribution:
    """Its two parameters are the exponents; drawn between 0 and 1 of the unit."""
    a, b = given("shape"), given("scale")
    if a <= 0 or b <= 0:
        raise InputError(_("expected a shape and a scale above 0"))
    xs = (np.arange(4000) + 0.5) / 4000
    weights = xs ** (a - 1) * (1 - xs) ** (b - 1)
    return _by_points([(float(x) * unit, float(w)) for x, w in zip(xs, weights / weights.sum(), strict=True)])


_READ: dict[str, Callable[[Given, float], Distribution]] = {
    "NormalDistribution": lambda given, unit: Distribution(
        "normal", (given("mean") * unit, given("standardDeviation") * unit)
    ),
    "LogNormalDistribution": lambda given, unit: Distribution(
        "lognormal", (given("mean") * unit, given("standardDeviation") * unit)
    ),
    "TruncatedNormalDistribution": _truncated,
    "TriangularDistribution": _triangular,
    "UniformDistribution": lambda given, unit: Distribution("uniform", (given("min") * unit, given("max") * unit)),
    "NegativeExponentialDistribution": lambda given, unit: Distribution("exponential", (given("mean") * unit,)),
    "GammaDistribution": _gamma,
    "ErlangDistribution": _erlang,
    "WeibullDistribution": lambda given, unit: Distribution("weibull", (given("shape"), given("scale") * unit)),
    "PoissonDistribution": _poisson,
    "BinomialDistribution": _binomial,
    "BetaDistribution": _beta,
}


def _user(node: etree._Element, unit: float, key: Key) -> Distribution:
    """Values with probabilities; between the points of one that is not discrete, values are interpolated."""
    points: list[tuple[float, float]] = []
    for at, point in enumerate(child for child in node if tag_of(child) == "UserDistributionDataPoint"):
        here = key / "UserDistributionDataPoint" / at
        values = [found for child in point if (found := amount(child, unit, here)) is not None]
        if not values or values[0].family != "fixed":
            here.fail(_("expected a constant amount of time"))
        points.append((values[0].parameters[0], number(point.get("probability", "1"), here / "probability")))
    if not points or not math.fsum(share for _value, share in points) > 0:
        key.fail(_("expected points with values and probabilities that add up to 1"))
    return _by_points(points, smooth=node.get("discrete") not in ("true", "1") and len(points) > 1)


def _by_points(points: list[tuple[float, float]], *, smooth: bool = False) -> Distribution:
    """Values with their weights, as a list of equally likely values."""
    points = sorted(points)
    values = np.array([value for value, _share in points])
    shares = np.array([share for _value, share in points])
    cumulative = shares.cumsum() / shares.sum()
    if smooth:
        middles = (np.arange(MOST_POINTS) + 0.5) / MOST_POINTS
        places = cumulative - shares / shares.sum() / 2
        return Distribution("empirical", tuple(np.interp(middles, places, values).tolist()))
    count = _common_count(shares / shares.sum())
    middles = (np.arange(count) + 0.5) / count
    drawn = values[np.minimum(np.searchsorted(cumulative, middles), len(values) - 1)]
    return Distribution("empirical", tuple(drawn.tolist()))


def _common_count(shares: Any) -> int:
    """The fewest equally likely values that stand for these shares."""
    for count in range(1, MOST_POINTS):
        wanted = shares * count
        if np.abs(wanted - np.round(wanted)).max() < 1e-6 * count:
            return count
    return MOST_POINTS


# --- writing ---


def value_elements(space: str, distribution: Distribution) -> Iterator[etree._Element]:
    """A distribution of seconds as one BPSim element, exactly where BPSim has it, else as equally likely values."""
    plain = _exact(distribution)
    if plain is not None:
        tag, attributes = plain
        yield constant(space, tag, timeUnit="s", **attributes)
        return
    node = constant(space, "UserDistribution", timeUnit="s", discrete="true")
    for value, share in _points(distribution):
        point = etree.SubElement(node, f"{{{space}}}UserDistributionDataPoint", probability=_text(share))
        point.append(constant(space, "FloatingParameter", value=_text(value)))
    yield node


def is_exact(distribution: Distribution) -> bool:
    """Whether BPSim has this distribution."""
    return distribution.family == "empirical" or _exact(distribution) is not None


def constant(space: str, tag: str, **attributes: str) -> etree._Element:
    """An element of a BPSim namespace."""
    return etree.Element(f"{{{space}}}{tag}", attributes)


def _text(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else "INF"


def _exact(d: Distribution) -> tuple[str, dict[str, str]] | None:
    p, bounded = d.parameters, (d.low, d.high) != (0.0, math.inf)
    if d.family == "fixed":
        return "FloatingParameter", {"value": _text(max(p[0] + d.shift, 0.0))}
    if d.shift != 0.0 or (bounded and d.family != "normal"):
        return None
    match d.family:
        case "uniform":
            names: tuple[str, ...] = ("UniformDistribution", "min", "max")
        case "triangular":
            names = ("TriangularDistribution", "min", "mode", "max")
        case "lognormal":
            names = ("LogNormalDistribution", "mean", "standardDeviation")
        case "exponential":
            names = ("NegativeExponentialDistribution", "mean")
        case "weibull":
            names = ("WeibullDistribution", "shape", "scale")
        case "gamma" if p[0] > 0 and p[1] > 0:
            names, p = ("GammaDistribution", "shape", "scale"), ((p[0] / p[1]) ** 2, p[1] ** 2 / p[0])
        case "normal" if bounded and math.isfinite(d.high):
            names, p = ("TruncatedNormalDistribution", "mean", "standardDeviation", "min", "max"), (*p, d.low, d.high)
        case "normal" if d.low == 0.0:
            names = ("NormalDistribution", "mean", "standardDeviation")
        case _:
            return None
    return names[0], {name: _text(value) for name, value in zip(names[1:], p, strict=True)}


def _points(d: Distribution) -> Iterable[tuple[float, float]]:
    if d.family == "empirical":
        values = [max(value + d.shift, 0.0) for value in d.parameters]
    else:
        values = np.maximum(d.quantile((np.arange(POINTS) + 0.5) / POINTS), 0.0).tolist()
    found: dict[float, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return [(value, count / len(values)) for value, count in found.items()]
