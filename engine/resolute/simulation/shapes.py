"""Standard shapes of distributions: shares below and above a value, and the values at given shares, without SciPy."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NORMAL = NormalDist()
_POINTS = 40_001
_TINY = 1e-300
_NEARLY_NORMAL = 0.05
"""Below this ratio of its exponential to its normal part an exponnorm is taken for a normal."""

Array = NDArray[Any]


def tails(name: str, parameter: float, x: float) -> tuple[float, float]:
    """The shares of draws below and above `x`."""
    if x == math.inf:
        return 1.0, 0.0
    if x == -math.inf or (x <= 0 and name not in ("normal", "exponnorm")):
        return 0.0, 1.0
    match name:
        case "exponential":
            return -math.expm1(-x), math.exp(-x)
        case "weibull":
            return -math.expm1(-(x**parameter)), math.exp(-(x**parameter))
        case "normal":
            return _NORMAL.cdf(x), _NORMAL.cdf(-x)
        case "lognormal":
            z = math.log(x) / parameter
            return _NORMAL.cdf(z), _NORMAL.cdf(-z)
        case "triangular":
            if x >= 1:
                return 1.0, 0.0
            below = x * x / parameter if x < parameter else 1 - (1 - x) ** 2 / (1 - parameter)
            return below, 1 - below
    xs, below_all, above_all = _numeric(name, parameter)
    return float(np.interp(x, xs, below_all)), float(np.interp(x, xs, above_all))


def quantiles(name: str, parameter: float, below: Array, above: Array) -> Array:
    """The values with a share `below` of the draws below them and `above` above; the smaller one is trusted."""
    below, above = np.clip(below, 0.0, 1.0), np.clip(above, 0.0, 1.0)
    match name:
        case "exponential":
            return _exponential(below, above)
        case "weibull":
            return np.power(_exponential(below, above), 1 / parameter)
        case "normal":
            return _normal(below, above)
        case "lognormal":
            return np.exp(parameter * _normal(below, above))
        case "triangular":
            return np.where(below < parameter, np.sqrt(below * parameter), 1 - np.sqrt(above * (1 - parameter)))
    xs, below_all, above_all = _numeric(name, parameter)
    low = np.interp(np.log(below + _TINY), np.log(below_all + _TINY), xs)
    high = np.interp(-np.log(above + _TINY), -np.log(above_all + _TINY), xs)
    return np.where(below < above, low, high)


def _exponential(below: Array, above: Array) -> Array:
    return np.where(below < above, -np.log1p(-np.minimum(below, 0.5)), -np.log(np.maximum(above, _TINY)))


def _normal(below: Array, above: Array) -> Array:
    smaller = np.clip(np.minimum(below, above), 1e-300, 0.5)
    z = np.array([_NORMAL.inv_cdf(share) for share in smaller.tolist()])
    return np.where(below < above, z, -z)


@lru_cache(maxsize=64)
def _numeric(name: str, parameter: float) -> tuple[Array, Array, Array]:
    """Values, shares below and shares above, by integrating the density over a stretched axis."""
    xs, mass = {"gamma": _gamma, "pert": _pert, "exponnorm": _exponnorm}[name](parameter)
    pieces = (mass[1:] + mass[:-1]) / 2
    below = np.concatenate([[0.0], np.cumsum(pieces)])
    above = np.concatenate([np.cumsum(pieces[::-1])[::-1], [0.0]])
    total = below[-1]
    return xs, below / total, above / total


def _gamma(k: float) -> tuple[Array, Array]:
    """Gamma with shape k and scale 1, over log x."""
    spread = 12 / math.sqrt(k)
    s = np.linspace(math.log(k) - spread - 34 / k, math.log(k + 12 * math.sqrt(k) + 45), _POINTS)
    log_mass = k * s - np.exp(s) - math.lgamma(k)
    return np.exp(s), np.exp(log_mass)


def _pert(mode: float) -> tuple[Array, Array]:
    """Beta(1 + 4 mode, 5 - 4 mode) on (0, 1), over the logit of x."""
    a, b = 1 + 4 * mode, 5 - 4 * mode
    s = np.linspace(-34.0, 34.0, _POINTS)
    x = 1 / (1 + np.exp(-s))
    log_mass = -a * np.logaddexp(0, -s) - b * np.logaddexp(0, s)
    return x, np.exp(log_mass)


def _exponnorm(k: float) -> tuple[Array, Array]:
    """A standard normal plus an exponential with mean k."""
    if k < _NEARLY_NORMAL:
        x = np.linspace(-12.0, 12.0, _POINTS)
        return k + x * math.sqrt(1 + k * k), np.exp(-x * x / 2)
    x = np.linspace(-12.0, 12.0 + 40 * k, _POINTS)
    tail = np.array([math.erfc(v) for v in ((1 / k - x) / math.sqrt(2)).tolist()])
    return x, np.exp(np.minimum(1 / (2 * k * k) - x / k, 700.0)) * tail


def normal_share(z: float) -> float:
    """The share of standard normal draws below `z`."""
    return _NORMAL.cdf(z)
