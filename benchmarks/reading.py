"""How fast protocols are read: the seed, and texts of 10, 50 and 200 pages made of an open one.

python benchmarks/reading.py
"""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEED = ROOT / "workflows" / "chelyabinsk-2-2022" / "protocol.txt"
LONG = ROOT / "tests" / "data" / "protocols" / "open-04.txt"
PAGE = 2_500
"""Characters on a page."""


def seconds(data: bytes) -> float:
    """How long one reading takes."""
    from resolute import protocols

    start = time.perf_counter()
    protocols.read(data)
    return time.perf_counter() - start


def pages(count: int) -> bytes:
    """A protocol of about `count` pages: the questions of an open one again and again, numbered on."""
    head, _mark, body = LONG.read_text("utf-8").partition("1. СЛУШАЛИ:")
    body = _mark + body[: body.index("Голосовали")]
    parts = [head]
    copies = max(1, count * PAGE // len(body))
    for copy in range(copies):
        shift = 6 * copy
        parts.append(
            re.sub(r"^(\d+)(?=\.\s?(?:\d|СЛУШ))", lambda m, shift=shift: str(int(m[1]) + shift), body, flags=re.M)
        )
    return "".join(parts).encode()


def main() -> None:
    start = time.perf_counter()
    from resolute import protocols

    assert protocols.read, "the reader is imported on first use"
    print(f"imports, with the dictionary   {time.perf_counter() - start:6.2f} s")
    seed = SEED.read_bytes()
    print(f"the seed, first reading        {seconds(seed) * 1000:6.0f} ms")
    print(f"the seed, median of 20         {statistics.median(seconds(seed) for _ in range(20)) * 1000:6.0f} ms")
    for count in (10, 50, 200):
        print(f"{count:4} pages                     {seconds(pages(count)):6.2f} s")


if __name__ == "__main__":
    main()
