"""Reads, writes, lays out, draws and compiles the files of the BPMN model interchange test suite.

    git clone https://github.com/bpmn-miwg/bpmn-miwg-test-suite
    python benchmarks/interchange.py bpmn-miwg-test-suite [--tools] [--failures]

One row per stage, and with `--tools` one per exporting tool:

- well-formed: an independent parser (expat) reads the file; the other stages count these files only
- read: `bpmn.load` gives a document
- round trip: the canonical XML of what is written, comments included, equals that of the file, by expat
- laid out: with its diagram taken away, the file gets a shape for every flow node and an edge for every flow
  between nodes of one process or sub-process
- drawn: the picture is well-formed SVG with titled elements
- compiled: share of the processes with flow nodes of which `net.compile` makes a net
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from lxml import etree

from resolute import bpmn, net
from resolute.bpmn.names import BPMNDI
from resolute.errors import ResoluteError

STAGES = ("read", "round trip", "laid out", "drawn")


class Tally:
    """What worked and what did not."""

    def __init__(self) -> None:
        self.done: Counter[tuple[str, str]] = Counter()
        self.tried: Counter[tuple[str, str]] = Counter()
        self.seconds: Counter[str] = Counter()
        self.failures: list[str] = []

    def attempt(self, tool: str, stage: str, what: str, action: Callable[[], object]) -> object:
        """Runs `action`, counts it for the tool and in all; a falsy result or an exception is a failure."""
        began = time.perf_counter()
        try:
            result, why = action(), "wrong result"
        except Exception as error:
            result, why = None, f"{type(error).__name__}: {error}"
        self.seconds[stage] += time.perf_counter() - began
        for key in ((tool, stage), ("", stage)):
            self.tried[key] += 1
            self.done[key] += bool(result)
        if not result:
            self.failures.append(f"{stage}: {what}: {why}")
        return result

    def share(self, tool: str, stage: str) -> str:
        """For example `99.2 % (820/827)`."""
        done, tried = self.done[tool, stage], self.tried[tool, stage]
        return f"{100 * done / tried:.1f} % ({done}/{tried})" if tried else "-"


def is_well_formed(path: Path) -> bool:
    """Whether expat reads the file as BPMN 2.0: its root is `definitions`."""
    try:
        root = ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, ValueError, LookupError):
        return False
    return root.tag.endswith("}definitions")


def is_kept(path: Path, document: bpmn.Document) -> bool:
    """Whether the written document has the canonical XML of the file."""
    before = ElementTree.canonicalize(from_file=str(path), with_comments=True)
    return bool(before == ElementTree.canonicalize(bpmn.dumps(document).decode(), with_comments=True))


def is_laid_out(path: Path) -> bool:
    """Whether a new diagram shows every flow node and flow of the file."""
    document = bpmn.load(path)
    root = document.tree.getroot()
    for diagram in list(root.iterchildren(f"{{{BPMNDI}}}BPMNDiagram")):
        root.remove(diagram)
    document.refresh()
    document = bpmn.layout(document)
    document.refresh()
    nodes = {element.id for element in document.elements_that_are("flowNode") if element.id}
    flows = {flow.id for flow in document.elements("sequenceFlow") if flow.id and stays_inside(flow)}
    return nodes <= document.shapes.keys() and flows <= document.edges.keys()


def stays_inside(flow: bpmn.Element) -> bool:
    """Whether a flow connects two nodes of one process or sub-process, as BPMN demands."""
    source, target = flow.source, flow.target
    return source is not None and target is not None and source.parent == target.parent


def is_drawn(document: bpmn.Document) -> bool:
    """Whether the picture is well-formed SVG with something in it."""
    picture = etree.fromstring(bpmn.draw(document).encode())
    return bool(picture.tag.endswith("}svg")) and picture.find(".//{*}title") is not None


def measure(path: Path, tool: str, tally: Tally) -> None:
    """Takes one well-formed file through all stages."""
    name = f"{tool}/{path.name}"
    document = tally.attempt(tool, "read", name, lambda: bpmn.load(path))
    if not isinstance(document, bpmn.Document):
        return
    tally.attempt(tool, "round trip", name, lambda: is_kept(path, document))
    if any(True for _node in document.elements_that_are("flowNode", "participant")):
        tally.attempt(tool, "laid out", name, lambda: is_laid_out(path))
        tally.attempt(tool, "drawn", name, lambda: is_drawn(document))
    for process in document.processes:
        if process.flow_nodes:
            tally.attempt(tool, "compiled", f"{name} {process.id}", lambda p=process: net.compile(document, p.id))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tools", action="store_true", help="one row per exporting tool as well")
    parser.add_argument("--failures", action="store_true", help="say what failed, and why")
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*.bpmn*") if path.is_file())
    tally, strangers = Tally(), []
    for path in paths:
        if is_well_formed(path):
            measure(path, path.relative_to(options.folder).parts[0], tally)
        else:
            strangers.append(path)
    print(f"{len(paths)} files, {len(paths) - len(strangers)} well-formed")
    for path in strangers:
        try:
            bpmn.load(path)
        except ResoluteError as error:
            print(f"  refused: {str(error).removeprefix(str(options.folder)).lstrip('/')}")
        else:
            print(f"  read although expat does not: {path.name}")
    for stage in (*STAGES, "compiled"):
        print(f"{stage:<12}{tally.share('', stage):<22}{tally.seconds[stage]:8.1f} s")
    if options.tools:
        for tool in sorted({tool for tool, _stage in tally.tried if tool}):
            print(f"{tool[:40]:<42}" + "  ".join(f"{tally.share(tool, s):<20}" for s in (*STAGES, "compiled")))
    if options.failures:
        print("\n".join(tally.failures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
