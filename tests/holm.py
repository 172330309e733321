"""Many statistical tests at once: Student's t, and Holm's correction: all together fail wrongly once in a hundred."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

LEVEL = 0.01


def p_value(t: float, freedom: int) -> float:
    """Two-sided, of Student's t."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    x = np.linspace(0.0, min(abs(t), 60.0), 20_001)
    return max(1.0 - 2.0 * scale * float(np.trapezoid((1 + x * x / freedom) ** (-(freedom + 1) / 2), x)), 0.0)


def rejected(p_values: Mapping[str, float], level: float = LEVEL) -> list[str]:
    """What Holm's procedure rejects: the smallest p is held against level / n, the next against level / (n - 1)."""
    found: list[str] = []
    for number, name in enumerate(sorted(p_values, key=p_values.__getitem__)):
        if p_values[name] > level / (len(p_values) - number):
            break
        found.append(name)
    return found
