"""Kernel, part 1: random numbers, amounts and working time."""

from __future__ import annotations

from math import ceil, floor, frexp, sqrt

from resolute.simulation.codes import (
    AMOUNT_SAMPLE,
    AMOUNT_UNIFORM,
    N_NODES,
    R_PREFILLED,
    R_REPLICATION,
    R_ROW,
)
from resolute.simulation.philox import block
from resolute.simulation.tables import Floats, State, Tables

DAY_SECONDS = 86400.0
OCTAVE_STEPS = 64
LAST_OCTAVE = 40
HALF_TABLE = 41 * 65
PHI_STEPS = 256.0
PHI_BOUND = 8.5
PHI_LAST = 4351
NEARLY_ONE = 1.0 - 2.0**-53
PREFILLED = 5
"""Numbers of each element that are drawn beforehand for plain Python: the first one and a block."""
NEAR_SPANS = 4
"""Spans of work that are looked through one by one before the index is asked."""


def draw(t: Tables, s: State, element: int) -> float:
    """The next uniform of an element in this replication."""
    n = s.occurrence[element]
    s.occurrence[element] = n + 1
    if s.reg[R_PREFILLED] > 0 and n < PREFILLED:
        return s.first[(s.reg[R_ROW] * t.numbers[N_NODES] + element) * PREFILLED + n]
    at = 4 * element
    replication = s.reg[R_REPLICATION]
    if n == 0:
        group = replication >> 2
        if s.four_group[element] != group:
            s.four_group[element] = group
            block(s.keys, group, element, 0, s.four, at)
        return s.four[at + (replication & 3)]
    if n & 3 == 1:
        block(s.keys, replication, element, (n >> 2) + 1, s.uniforms, at)
    return s.uniforms[at + (n - 1 & 3)]


def table_value(values: Floats, base: int, u: float) -> float:
    """The quantile at `u` in the table that begins at `base`."""
    mantissa, exponent = frexp(min(u, 1.0 - u))
    base += HALF_TABLE if u >= 0.5 else 0
    octave = min(-exponent, LAST_OCTAVE)
    position = (mantissa - 0.5) * (2 * OCTAVE_STEPS)
    step = int(position)
    at = base + octave * (OCTAVE_STEPS + 1) + step
    return values[at] + (position - step) * (values[at + 1] - values[at])


def correlated(t: Tables, s: State, element: int, u: float) -> float:
    """`u` bent towards the common factor of the element's group: a Gaussian copula."""
    w = t.weight[element]
    common = draw_once(t, s, t.common[element])
    z = w * table_value(t.normal, 0, common) + sqrt(1.0 - w * w) * table_value(t.normal, 0, u)
    position = (min(max(z, -PHI_BOUND), PHI_BOUND) + PHI_BOUND) * PHI_STEPS
    step = min(int(position), PHI_LAST)
    share = t.phi[step] + (position - step) * (t.phi[step + 1] - t.phi[step])
    return min(max(share, 1e-12), 1.0 - 1e-12)


def draw_once(t: Tables, s: State, element: int) -> float:
    """The first uniform of an element, the same at every call in a replication."""
    n = s.occurrence[element]
    s.occurrence[element] = 0
    u = draw(t, s, element)
    s.occurrence[element] = n
    return u


def draw_amount(t: Tables, s: State, element: int, amount: int) -> float:
    """What distribution `amount` gives to an element this time; never negative."""
    scale = t.scale[amount]
    if scale == 0.0:
        return max(t.loc[amount], 0.0)
    u = draw(t, s, element)
    if t.common[element] >= 0:
        u = correlated(t, s, element, u)
    if t.elapsed[element] > 0.0 and s.occurrence[element] == 1:
        u = min(t.elapsed[element] + (1.0 - t.elapsed[element]) * u, NEARLY_ONE)
    kind = t.kind[amount]
    if kind == AMOUNT_UNIFORM:
        value = t.loc[amount] + scale * u
    elif kind == AMOUNT_SAMPLE:
        count = t.size[amount]
        value = t.loc[amount] + scale * t.values[t.base[amount] + min(int(u * count), count - 1)]
    else:
        value = t.loc[amount] + scale * table_value(t.values, t.base[amount], u)
    return max(value, 0.0)


# --- working time ---


def locate(t: Tables, s: State, calendar: int) -> int:
    """Moves the mark of a calendar to the first span of work that ends after now; that span."""
    rest = s.now[0] - s.mark_base[calendar]
    i = s.mark_span[calendar]
    if rest < t.span_end[i]:
        return i
    period = t.period[calendar]
    if rest >= period:
        s.mark_base[calendar] += floor(rest / period) * period
        rest = s.now[0] - s.mark_base[calendar]
        i = t.span_lo[calendar]
    i = max(i, t.day_span[t.day_lo[calendar] + int(rest / DAY_SECONDS)])
    while i < t.span_hi[calendar] and t.span_end[i] <= rest:
        i += 1
    if i == t.span_hi[calendar]:
        s.mark_base[calendar] += period
        i = t.span_lo[calendar]
    s.mark_span[calendar] = i
    return i


def next_working(t: Tables, s: State, calendar: int) -> float:
    """Now when it is worked, else the beginning of the next span of work; calendar -1 is worked round the clock."""
    if calendar < 0:
        return s.now[0]
    i = locate(t, s, calendar)
    return max(s.now[0], s.mark_base[calendar] + t.span_start[i])


def after_work(t: Tables, s: State, calendar: int, work: float) -> float:
    """When `work` is done that is begun now."""
    now = s.now[0]
    if calendar < 0 or work <= 0.0:
        return now + work
    i = locate(t, s, calendar)
    base = s.mark_base[calendar]
    begin = max(now - base, t.span_start[i])
    if begin + work <= t.span_end[i]:
        return max(now, base + t.span_start[i]) + work
    return moment_of(t, calendar, base, i, t.span_work[i] + (begin - t.span_start[i]) + work)


def moment_of(t: Tables, calendar: int, base: float, i: int, work: float) -> float:
    """The first moment at which so much working time has passed from `base` on; not before span `i`."""
    total = t.total[calendar]
    last = t.span_hi[calendar] - 1
    if work > total:
        cycles = ceil(work / total) - 1
        work -= cycles * total
        base += cycles * t.period[calendar]
        i = t.span_lo[calendar]
    near = min(i + NEAR_SPANS, last)
    while i < near and t.span_work[i + 1] < work:
        i += 1
    if i == near:
        i = max(i, t.work_span[t.work_lo[calendar] + int(work / t.bucket[calendar])])
        while i < last and t.span_work[i + 1] < work:
            i += 1
    return base + t.span_start[i] + (work - t.span_work[i])


def next_working_at(t: Tables, calendar: int, moment: float) -> float:
    """`moment` itself when it is worked, else the beginning of the next span of work."""
    if calendar < 0:
        return moment
    cycles = floor(moment / t.period[calendar])
    rest = moment - cycles * t.period[calendar]
    i = t.day_span[t.day_lo[calendar] + int(rest / DAY_SECONDS)]
    while i < t.span_hi[calendar] and t.span_end[i] <= rest:
        i += 1
    if i == t.span_hi[calendar]:
        return (cycles + 1) * t.period[calendar] + t.span_start[t.span_lo[calendar]]
    if t.span_start[i] <= rest:
        return moment
    return cycles * t.period[calendar] + t.span_start[i]
