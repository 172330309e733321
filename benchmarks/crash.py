"""Kills the processes of a load 1,000 times and proves that nothing was lost and nothing happened twice.

    python benchmarks/crash.py [--kills 1000] [--database sqlite|postgresql] [--seed 1]

The load and the proof are those of the tests (tests/execution/kills.py); PostgreSQL is started in a temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from execution import kills
from execution.postgres import server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()

    shown = [0]

    def progress(done: int) -> None:
        if sys.stderr.isatty() and done != shown[0]:
            print(f"\r{done} of {chosen.kills} killed", end="", file=sys.stderr, flush=True)
            shown[0] = done

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="resolute-kills-")))
        if chosen.database == "sqlite":
            url = f"sqlite:///{folder}/store.db"
        else:
            url = stack.enter_context(server())
        figures = kills.run(url, folder, chosen.kills, chosen.seed, progress)
    print(file=sys.stderr)
    print(json.dumps({"database": chosen.database, "seed": chosen.seed, **figures}))


if __name__ == "__main__":
    main()
