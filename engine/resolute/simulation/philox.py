"""Counter-based random numbers: Philox 4x64-10, the same bits for the same (seed, replication, element, occurrence).

Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC11). NumPy has the same generator in C;
`first_blocks` uses it to fill whole chunks, the kernel calls `block` for the rest. A block is four numbers. The first
number of an element comes from the block (replication // 4, element, 0), as many elements draw only once; the others,
four by four, from (replication, element, 1), (replication, element, 2) and so on. In compiled code `high_low` is one
instruction of the processor, and whole numbers are the signed ones with the same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolute.simulation.tables import Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import NDArray

_M64 = (1 << 64) - 1
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_ROUNDS = 10
_SALT = 0x5265736F6C757465
"""The second key word, so that seed 0 is as good as any."""
_FACTORS = ((0xD2E7470E, 0xE14C6C93), (0xCA5A8263, 0x95121157))
"""The upper and lower halves of the two multipliers."""
_UNIT = 1.0 / (1 << 52)


def high_low(a: int, b1: int, b0: int) -> tuple[int, int]:
    """Both 64-bit halves of a * b, where b1 and b0 are the 32-bit halves of b; a is below 2**64."""
    product = a * (b1 << 32 | b0)
    return product >> 64, product & 0xFFFFFFFFFFFFFFFF


def block(keys: Ints, replication: int, element: int, occurrence: int, out: Floats, at: int) -> None:
    """Writes four uniforms in (0, 1) to `out[at:at + 4]`; `keys` comes from `round_keys`."""
    x0, x1, x2, x3 = replication, element, occurrence, 0
    for i in range(10):
        h0, l0 = high_low(x0, 0xD2E7470E, 0xE14C6C93)
        h1, l1 = high_low(x2, 0xCA5A8263, 0x95121157)
        x0, x1, x2, x3 = h1 ^ x1 ^ keys[2 * i], l1, h0 ^ x3 ^ keys[2 * i + 1], l0
    out[at] = (((x0 >> 12) & 0xFFFFFFFFFFFFF) + 0.5) * 2.220446049250313e-16
    out[at + 1] = (((x1 >> 12) & 0xFFFFFFFFFFFFF) + 0.5) * 2.220446049250313e-16
    out[at + 2] = (((x2 >> 12) & 0xFFFFFFFFFFFFF) + 0.5) * 2.220446049250313e-16
    out[at + 3] = (((x3 >> 12) & 0xFFFFFFFFFFFFF) + 0.5) * 2.220446049250313e-16


def round_keys(seed: int) -> list[int]:
    """The twenty key words of the ten rounds, each below 2**64."""
    first, second = seed & _M64, _SALT
    keys = []
    for _round in range(_ROUNDS):
        keys += [first, second]
        first, second = (first + _WEYL[0]) & _M64, (second + _WEYL[1]) & _M64
    return keys


def first_blocks(seed: int, start: int, count: int, element: int, occurrence: int = 0) -> NDArray[Any]:
    """The uniforms of one element for `count` replications from `start`: an array of shape (count, 4)."""
    import numpy as np

    counter = start | element << 64 | occurrence << 128
    generator = np.random.Philox(counter=(counter - 1) % (1 << 256), key=(seed & _M64) | _SALT << 64)
    words = generator.random_raw(4 * count)
    words >>= np.uint64(12)
    uniforms: NDArray[Any] = words.view(np.int64) + 0.5
    uniforms *= _UNIT
    return uniforms.reshape(count, 4)


def blocks(seed: int, replication: int, elements: NDArray[Any], occurrence: int) -> NDArray[Any]:
    """The uniforms of many elements in one replication: an array of shape (elements, 4)."""
    import numpy as np

    words = [np.full(len(elements), number, np.uint64) for number in (replication, 0, occurrence, 0)]
    words[1] = elements.astype(np.uint64)
    keys = np.array(round_keys(seed), np.uint64)
    for i in range(_ROUNDS):
        high0, low0 = _products(words[0], *_FACTORS[0])
        high1, low1 = _products(words[2], *_FACTORS[1])
        words = [high1 ^ words[1] ^ keys[2 * i], low1, high0 ^ words[3] ^ keys[2 * i + 1], low0]
    uniforms: NDArray[Any] = ((np.stack(words, axis=1) >> np.uint64(12)).view(np.int64) + 0.5) * _UNIT
    return uniforms


def _products(a: NDArray[Any], b1: int, b0: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """As `high_low`, for many numbers."""
    import numpy as np

    half, low = np.uint64(32), np.uint64(0xFFFFFFFF)
    a1, a0 = a >> half, a & low
    across, along = a0 * np.uint64(b1), a1 * np.uint64(b0)
    middle = (a0 * np.uint64(b0) >> half) + (across & low) + (along & low)
    high = a1 * np.uint64(b1) + (across >> half) + (along >> half) + (middle >> half)
    return high, a * np.uint64(b1 << 32 | b0)


def first_uniforms(seed: int, start: int, count: int, element: int) -> NDArray[Any]:
    """The first uniform of one element for `count` replications from `start`: four replications share a block."""
    groups = (start + count + 3 >> 2) - (start >> 2)
    return first_blocks(seed, start >> 2, groups, element).ravel()[start & 3 :][:count]
