"""Durations and other amounts as distributions: what a scenario says, and its quantile function as a table."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from resolute import i18n
from resolute.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ = i18n.translator("simulation")

Family = Literal[
    "fixed",
    "uniform",
    "triangular",
    "pert",
    "normal",
    "lognormal",
    "exponential",
    "gamma",
    "weibull",
    "exponnorm",
    "empirical",
]

PARAMETERS: dict[Family, tuple[str, ...]] = {
    "fixed": ("value",),
    "uniform": ("min", "max"),
    "triangular": ("min", "mode", "max"),
    "pert": ("min", "mode", "max"),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "exponential": ("mean",),
    "gamma": ("mean", "sd"),
    "weibull": ("shape", "scale"),
    "exponnorm": ("mean", "sd", "rate_mean"),
    "empirical": (),
}
"""Parameters by name, in order; `mean` and `sd` are those of the distribution itself, `rate_mean` that of the
exponential part of an exponnorm (whose `mean` and `sd` are those of the normal part)."""

OCTAVES = 41
STEPS = 64
SIDE = OCTAVES * (STEPS + 1)
TABLE = 2 * SIDE
"""Entries of a quantile table: for each half of (0, 1), `OCTAVES` halvings of the distance to its end, each in
`STEPS` equal steps; so the tails are as fine as the middle."""


_PLACE_BITS = 46
"""Bits of a float's mantissa behind those that number the steps of an octave."""
_REST, _REST_UNIT = (1 << _PLACE_BITS) - 1, 0.5**_PLACE_BITS
_LOWEST = (1022 - 52) * STEPS
"""The leading bits of 2**-53, the smallest distance to an end that a uniform has."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A non-negative random amount; drawn values below `low` or above `high` do not occur (truncated)."""

    family: Family
    parameters: tuple[float, ...]
    low: float = 0.0
    high: float = math.inf
    shift: float = 0.0
    """Added to what is drawn."""

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise InputError(f"{self.family}: {problem}")
        if self.family not in ("fixed", "empirical") and (self.low, self.high) != (0.0, math.inf):
            shape, _loc, _scale = standard_form(self)
            if shape is not None:
                table(shape)  # refuses bounds that no draw falls within

    def scaled(self, factor: float) -> Distribution:
        """The same amount in another unit: each value times `factor`."""
        parameters = tuple(
            value if name == "shape" else value * factor
            for name, value in zip(_names(self), self.parameters, strict=True)
        )
        return Distribution(self.family, parameters, self.low * factor, self.high * factor, self.shift * factor)

    def quantile(self, u: NDArray[Any] | float) -> Any:
        """The value below which a share `u` of the draws lies."""
        import numpy as np

        shares = np.asarray(u, dtype=float)
        if self.family == "fixed":
            return np.full(shares.shape, self.parameters[0] + self.shift)
        if self.family == "empirical":
            values = np.asarray(self.parameters)
            return values[np.minimum((shares * len(values)).astype(int), len(values) - 1)] + self.shift
        kind, loc, scale = standard_form(self)
        if kind is None:
            return loc + scale * shares
        return loc + scale * interpolate(table(kind), shares)

    @property
    def mean(self) -> float:
        """The mean of what is drawn."""
        if self.family == "empirical":
            return math.fsum(self.parameters) / len(self.parameters) + self.shift
        if self.family == "fixed":
            return self.parameters[0] + self.shift
        kind, loc, scale = standard_form(self)
        return loc + scale * (0.5 if kind is None else _table_mean(kind))


def fixed(value: float) -> Distribution:
    """Always the same amount."""
    return Distribution("fixed", (float(value),))


def _names(distribution: Distribution) -> tuple[str, ...]:
    return PARAMETERS[distribution.family] or ("value",) * len(distribution.parameters)


def _problem(d: Distribution) -> str | None:
    """What keeps the parameters from being a distribution of durations, in words."""
    names = _names(d)
    if len(names) != len(d.parameters) or not d.parameters:
        return _("expected {names}, found {count} parameters").format(
            names=", ".join(PARAMETERS[d.family]) or _("at least one value"), count=len(d.parameters)
        )
    values = dict(zip(names, d.parameters, strict=True))
    for name, value in [*zip(names, d.parameters, strict=True), ("shift", d.shift)]:
        if not math.isfinite(value):
            return _("{name} is {value}; expected a finite number").format(name=name, value=value)
        if value < 0 and not (d.family in ("normal", "exponnorm") and name == "mean") and name != "shift":
            return _("{name} is {value}; expected a number from 0 up").format(name=name, value=value)
    if d.family in ("triangular", "pert") and not values["min"] <= values["mode"] <= values["max"]:
        return _("expected min <= mode <= max, found {values}").format(values=list(d.parameters))
    if d.family == "uniform" and values["min"] > values["max"]:
        return _("expected min <= max, found {values}").format(values=list(d.parameters))
    if d.family == "weibull" and not values["shape"] > 0:
        return _("shape is {value}; expected a number above 0").format(value=values["shape"])
    if not 0 <= d.low < d.high and not (d.low == d.high == 0):
        return _("its bounds {low}..{high} hold no value; expected 0 <= low < high").format(low=d.low, high=d.high)
    return None


# --- standard forms -------------------------------------------------------------------------------------------

Shape = tuple[str, float, float, float]
"""Family, shape parameter, and the bounds of truncation in units of the scale."""


def standard_form(d: Distribution) -> tuple[Shape | None, float, float]:
    """Shape, location and scale: a draw is location + scale * (a draw of the shape); shape None is uniform (0, 1)."""
    names = dict(zip(_names(d), d.parameters, strict=True))
    name, shape, loc, scale = _FORMS[d.family](names)
    if scale <= 0:
        return None, max(loc, d.low) + d.shift, 0.0
    low, high = (d.low - loc) / scale, (d.high - loc) / scale
    if name == "uniform":
        low, high = max(low, 0.0), min(high, 1.0)
        return None, loc + scale * low + d.shift, scale * (high - low)
    return (name, shape, low, high), loc + d.shift, scale


def _lognormal(p: dict[str, float]) -> tuple[str, float, float, float]:
    if p["mean"] <= 0 or p["sd"] <= 0:
        return "uniform", 0.0, p["mean"], 0.0
    sigma2 = math.log1p((p["sd"] / p["mean"]) ** 2)
    return "lognormal", math.sqrt(sigma2), 0.0, p["mean"] / math.exp(sigma2 / 2)


def _gamma(p: dict[str, float]) -> tuple[str, float, float, float]:
    if p["mean"] <= 0 or p["sd"] <= 0:
        return "uniform", 0.0, p["mean"], 0.0
    return "gamma", (p["mean"] / p["sd"]) ** 2, 0.0, p["sd"] ** 2 / p["mean"]


def _mode(name: str) -> Callable[[dict[str, float]], tuple[str, float, float, float]]:
    def form(p: dict[str, float]) -> tuple[str, float, float, float]:
        width = p["max"] - p["min"]
        return name, (p["mode"] - p["min"]) / width if width else 0.0, p["min"], width

    return form


_FORMS: dict[str, Callable[[dict[str, float]], tuple[str, float, float, float]]] = {
    "fixed": lambda p: ("uniform", 0.0, p["value"], 0.0),
    "uniform": lambda p: ("uniform", 0.0, p["min"], p["max"] - p["min"]),
    "triangular": _mode("triangular"),
    "pert": _mode("pert"),
    "normal": lambda p: ("normal", 0.0, p["mean"], p["sd"]),
    "lognormal": _lognormal,
    "exponential": lambda p: ("exponential", 0.0, 0.0, p["mean"]),
    "gamma": _gamma,
    "weibull": lambda p: ("weibull", p["shape"], 0.0, p["scale"]),
    "exponnorm": lambda p: ("exponnorm", p["rate_mean"] / p["sd"] if p["sd"] else 0.0, p["mean"], p["sd"]),
}


# --- quantile tables ------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def table(shape: Shape) -> NDArray[Any]:
    """The quantile table of a standard shape, `TABLE` long."""
    import numpy as np

    from resolute.simulation.shapes import quantiles, tails

    name, parameter, low, high = shape
    distance = _grid()
    below, above = tails(name, parameter, low), tails(name, parameter, high)
    mass = above[0] - below[0] if above[0] < 0.5 else below[1] - above[1]
    if not mass > 0:
        raise InputError(_("no draw falls within its bounds; widen them"))
    lower = quantiles(name, parameter, below[0] + distance * mass, below[1] - distance * mass)
    upper = quantiles(name, parameter, above[0] - distance * mass, above[1] + distance * mass)
    values = np.concatenate([lower, upper])
    clipped: NDArray[Any] = np.clip(values, low, high)
    return clipped


def _grid() -> NDArray[Any]:
    """The distances to the ends of (0, 1) at which the table is filled."""
    import numpy as np

    octave = np.repeat(np.arange(OCTAVES), STEPS + 1)
    step = np.tile(np.arange(STEPS + 1), OCTAVES)
    distance: NDArray[Any] = np.ldexp(0.5 + step / (2 * STEPS), -octave)
    return distance


def interpolate(values: NDArray[Any], u: NDArray[Any]) -> NDArray[Any]:
    """The quantiles at `u`; the kernel's `draw_amount` does the same for one number."""
    import numpy as np

    nearer = np.subtract(1.0, u)
    np.minimum(nearer, u, out=nearer)
    bits = nearer.view(np.int64)
    places = bits >> _PLACE_BITS
    places -= _LOWEST
    at = _cells().take(places, mode="clip")
    at += (u >= 0.5) * SIDE
    left = values.take(at, mode="clip")
    at += 1
    result: NDArray[Any] = values.take(at, mode="clip")
    result -= left
    bits &= _REST
    rest = bits * _REST_UNIT
    result *= rest
    result += left
    return result


@lru_cache(maxsize=1)
def _cells() -> NDArray[Any]:
    """Where in a quantile table the leading bits of a distance to the end lie, the smallest distance first."""
    import numpy as np

    places = np.arange(_LOWEST, 1023 * STEPS)
    octave = np.minimum(1022 - places // STEPS, OCTAVES - 1)
    cells: NDArray[Any] = octave * (STEPS + 1) + places % STEPS
    return cells


def _table_mean(shape: Shape) -> float:
    """The mean of the interpolated table."""
    import numpy as np

    values = table(shape).reshape(2, OCTAVES, STEPS + 1)
    middle = (values[:, :, 1:] + values[:, :, :-1]).mean(axis=2) / 2
    weights = np.ldexp(0.5, -np.arange(OCTAVES))
    weights[0] = 0.0  # the first octave begins at 1/2 and lies beyond the half
    return float((middle * weights).sum())
