"""Walks models: what can be reached from where, across decisions as well, and what runs before what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import RESOLUTE

REF = f"{{{RESOLUTE}}}ref"


class Walk:
    """The nodes of several documents, linked by sequence flows and by messages of the same name."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.next: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self.of_ref: dict[str, list[tuple[str, str]]] = defaultdict(list)
        throws, catches = defaultdict(list), defaultdict(list)
        for document in documents:
            for process in document.processes:
                for node in process.flow_nodes:
                    key = (process.id, node.id)
                    self.of_ref[node.get(REF) or ""].append(key)
                    for flow in node.outgoing:
                        self.next[key].add((process.id, flow.get("targetRef", "")))
                    if node.kind == "intermediateThrowEvent":
                        throws[_message(node)].append(key)
                    if node.kind == "intermediateCatchEvent":
                        catches[_message(node)].append(key)
        self.unmatched = set(throws) ^ set(catches)
        self.shared = [name for ends in (throws, catches) for name, keys in ends.items() if len(keys) > 1]
        for name, keys in throws.items():
            for key in keys:
                self.next[key].update(catches[name])

    def leads(self, start: tuple[str, str], goal: tuple[str, str]) -> bool:
        seen, queue = {start}, [start]
        for node in queue:
            for following in self.next[node] - seen:
                seen.add(following)
                queue.append(following)
        return goal in seen - {start}

    def runs(self) -> list[tuple[str, str]]:
        """The nodes in the order in which tokens pass them: joins and catches wait for all that leads there.

        An own little token game, so that the order is not taken from the code under test.
        """
        waiting = defaultdict(int)
        for targets in self.next.values():
            for target in targets:
                waiting[target] += 1
        nodes = {key for keys in self.of_ref.values() for key in keys}
        queue = sorted(node for node in nodes if not waiting[node])
        for node in queue:
            for target in sorted(self.next[node]):
                waiting[target] -= 1
                if not waiting[target]:
                    queue.append(target)
        return queue


def _message(event: Element) -> str:
    found = event.event_definitions[0].reference("messageRef")
    assert found is not None
    return found.name
