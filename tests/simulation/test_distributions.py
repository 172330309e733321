"""Distributions against their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolute.errors import InputError
from resolute.simulation.distributions import Distribution
from resolute.simulation.forecast import wilson

U = (np.arange(200_000) + 0.5) / 200_000


@pytest.mark.parametrize(
    ("distribution", "mean", "sd"),
    [
        (Distribution("uniform", (2.0, 6.0)), 4.0, 4 / math.sqrt(12)),
        (Distribution("triangular", (0.0, 0.0, 3.0)), 1.0, math.sqrt(0.5)),
        (Distribution("pert", (1.0, 2.0, 9.0)), 3.0, math.sqrt((3 - 1) * (9 - 3) / 7)),
        (Distribution("normal", (50.0, 5.0)), 50.0, 5.0),
        (Distribution("lognormal", (5.0, 4.0)), 5.0, 4.0),
        (Distribution("exponential", (3.0,)), 3.0, 3.0),
        (Distribution("gamma", (5.0, 4.0)), 5.0, 4.0),
        (Distribution("gamma", (1.0, 3.0)), 1.0, 3.0),
        (Distribution("weibull", (2.0, 3.0)), 3 * math.gamma(1.5), 3 * math.sqrt(math.gamma(2) - math.gamma(1.5) ** 2)),
        (Distribution("exponnorm", (20.0, 1.0, 5.0)), 25.0, math.sqrt(26)),
        (Distribution("empirical", (1.0, 2.0, 6.0)), 3.0, math.sqrt(14 / 3)),
    ],
    ids=lambda value: value.family if isinstance(value, Distribution) else "",
)
def test_quantiles_have_the_mean_and_spread_of_the_distribution(
    distribution: Distribution, mean: float, sd: float
) -> None:
    draws = distribution.quantile(U)
    assert draws.mean() == pytest.approx(mean, rel=2e-3)
    assert draws.std() == pytest.approx(sd, rel=1e-2)
    assert distribution.mean == pytest.approx(mean, rel=2e-3)


@given(
    st.sampled_from(["normal", "lognormal", "gamma"]),
    st.floats(0.5, 100),
    st.floats(0.05, 3),
    st.floats(0, 1.5),
    st.floats(0.2, 4),
)
def test_truncated_draws_stay_within_their_bounds_in_order(family, mean, spread, low, width) -> None:
    try:
        distribution = Distribution(family, (mean, mean * spread), low * mean, (low + width) * mean)
        draws = distribution.quantile(U[::500])
    except InputError:
        return  # nothing of the distribution lies within the bounds
    assert (draws >= low * mean * (1 - 1e-9)).all() and (draws <= (low + width) * mean * (1 + 1e-9)).all()
    assert (np.diff(draws) >= -1e-9 * mean).all()


def test_a_scaled_distribution_gives_scaled_draws() -> None:
    distribution = Distribution("weibull", (1.7, 3.0), 0.5, 9.0, 2.0)
    assert np.allclose(distribution.scaled(60).quantile(U), 60 * distribution.quantile(U), rtol=1e-9)


@pytest.mark.parametrize(
    ("family", "parameters", "said"),
    [
        ("fixed", (-1.0,), "value is -1"),
        ("normal", (math.nan, 1.0), "finite"),
        ("triangular", (3.0, 2.0, 5.0), "min <= mode <= max"),
        ("weibull", (0.0, 1.0), "shape"),
        ("uniform", (1.0,), "expected min, max"),
        ("empirical", (), "at least one value"),
    ],
)
def test_impossible_parameters_are_refused_by_name(family, parameters, said) -> None:
    with pytest.raises(InputError, match=said):
        Distribution(family, parameters)


def test_intervals_of_probabilities_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(8)
    for truth in (0.2, 0.5, 0.9):
        hits = 0
        for successes in rng.binomial(400, truth, 1000):
            low, high = wilson(int(successes), 400)
            hits += low <= truth <= high
        assert 930 <= hits <= 970
