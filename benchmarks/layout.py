"""Measures the layout: time by size, and crossings, bends and area beside ELK's on the same generated models.

    python benchmarks/layout.py [FOLDER]

FOLDER is where `npm install elkjs` was run; without it (or without node) only our own figures are printed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from generated_models import dependencies, structured, tangled
from resolute import bpmn
from resolute.bpmn.document import Document
from resolute.bpmn.layout.diagram import Diagram, Point, read
from resolute.bpmn.layout.quality import crossings, flaws
from resolute.bpmn.layout.scopes import ends

SIZES = (40, 200, 1_000, 5_000, 20_000, 100_000)


def timed(document: Document) -> tuple[Diagram, float]:
    """The diagram of a document, and the seconds that it took."""
    started = time.perf_counter()
    bpmn.layout(document, keep=False)
    seconds = time.perf_counter() - started
    return read(document)[0], seconds


def by_size() -> None:
    """Prints how the time grows."""
    print(f"{'elements asked':>14} {'shapes':>8} {'lanes':>6} {'seconds':>9} {'flaws':>6} {'crossings':>10}")
    for size in SIZES:
        for lanes in (0, 5):
            diagram, seconds = timed(structured(1, size, lanes=lanes, depth=0, extras=False))
            found = len(flaws(diagram)) if size <= 20_000 else 0
            crossed = crossings(edge.points for edge in diagram.edges.values())
            shapes = len(diagram.shapes)
            print(f"{size:>14} {shapes:>8} {lanes:>6} {seconds:>9.3f} {found:>6} {crossed:>10}", flush=True)


def models() -> dict[str, list[Document]]:
    """The models that both lay out: without lanes, which ELK does not know."""
    return {
        "blocks, 40": [structured(seed, 40, depth=0, extras=False) for seed in range(20)],
        "blocks, 200": [structured(seed, 200, depth=0, extras=False) for seed in range(10)],
        "plan of dependencies, 20": [dependencies(seed, 20, 26) for seed in range(20)],
        "plan of dependencies, 60": [dependencies(seed, 60, 75) for seed in range(10)],
        "random, half of it loops": [tangled(seed, 20, 26) for seed in range(20)],
    }


def as_graph(diagram: Diagram) -> dict[str, Any]:
    """The graph of a diagram for ELK, with our sizes."""
    children = [
        {"id": key, "width": shape.box.width, "height": shape.box.height} for key, shape in diagram.shapes.items()
    ]
    edges = []
    for key, edge in diagram.edges.items():
        source, target = ends(edge.element)
        edges.append({"id": key, "sources": [source], "targets": [target]})
    return {"children": children, "edges": edges}


def elk(folder: Path, graphs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """ELK's results for graphs."""
    script = Path(__file__).with_name("layout_elk.mjs")
    run = subprocess.run(
        ["node", str(script), str(folder.resolve())],
        input=json.dumps(graphs),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    return list(json.loads(run.stdout))


def bends(lines: list[list[Point]]) -> int:
    """How often the lines turn."""
    return sum(len(points) - 2 for points in lines)


def compare(folder: Path) -> None:
    """Prints our figures beside ELK's."""
    print(f"\n{'models':<26} {'who':<9} {'ms':>8} {'crossings':>10} {'bends':>7} {'million px²':>12}")
    for name, documents in models().items():
        ours = [timed(document) for document in documents]
        theirs = elk(folder, [as_graph(diagram) for diagram, _ in ours])
        lines = [[edge.points for edge in diagram.edges.values()] for diagram, _ in ours]
        area = 0.0
        for diagram, _ in ours:
            boxes = [shape.box for shape in diagram.shapes.values()]
            width = max(box.right for box in boxes) - min(box.x for box in boxes)
            area += width * (max(box.bottom for box in boxes) - min(box.y for box in boxes))
        ms = 1000 * sum(seconds for _, seconds in ours) / len(ours)
        row = (ms, sum(map(crossings, lines)), sum(map(bends, lines)), area / 1e6)
        print(f"{name:<26} {'resolute':<9} {row[0]:>8.1f} {row[1]:>10} {row[2]:>7} {row[3]:>12.1f}")
        lines = [result["lines"] for result in theirs]
        area = sum(result["width"] * result["height"] for result in theirs)
        ms = sum(result["ms"] for result in theirs) / len(theirs)
        row = (ms, sum(map(crossings, lines)), sum(map(bends, lines)), area / 1e6)
        print(f"{'':<26} {'ELK':<9} {row[0]:>8.1f} {row[1]:>10} {row[2]:>7} {row[3]:>12.1f}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1 and shutil.which("node"):
        compare(Path(sys.argv[1]))
    by_size()
