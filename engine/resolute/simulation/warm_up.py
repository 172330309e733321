"""Finds how many cases at the beginning of a run belong to the warm-up: MSER-5 (White 1997)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BATCH = 5


def mser5(series: NDArray[Any]) -> int:
    """How many leading values to leave out so that the mean of the rest has the least standard error.

    Batches of five are averaged first; at most half of the series is left out, as the statistic means nothing there.
    """
    batches = len(series) // BATCH
    if batches < 4:
        return 0
    means = series[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    counts = np.arange(batches, 0, -1)
    sums = means[::-1].cumsum()[::-1]
    squares = (means**2)[::-1].cumsum()[::-1]
    errors = (squares - sums**2 / counts) / counts.astype(float) ** 2
    return int(np.argmin(errors[: batches // 2])) * BATCH
