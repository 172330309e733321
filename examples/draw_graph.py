"""Draws the dependency graph of the shipped register as SVG, and prints what waits for what."""

import sys
import tempfile
from pathlib import Path

import resolute
from resolute import dependencies
from resolute.reports import export_graph
from resolute.shipped import shipped

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())

register = resolute.load_register(shipped("workflows", "chelyabinsk-2-2022", "register.yaml"))
graph = dependencies.graph_of(register)
for before, after, facts in sorted(graph.edges(data=True)):
    print(f"{after} waits for {before} ({facts['kind']})")

picture = folder / "graph.svg"
export_graph.write(graph, picture)
print(picture.name, "drawn:", picture.read_text("utf-8").startswith("<svg"))
