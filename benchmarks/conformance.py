"""Compiles and runs the models of other projects and prints tables: what runs, what is refused and why.

    python benchmarks/conformance.py FOLDER [--verify] [--details]

FOLDER holds .bpmn files at any depth: a checkout of bpmn-miwg/bpmn-miwg-test-suite, or the tests of
sartography/SpiffWorkflow. Every process of every well-formed file is compiled; with --verify each is also run on both
executors by random schedules and compared.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from resolute import bpmn, net
from resolute.bpmn.document import Document
from resolute.errors import ModelError, ResoluteError
from resolute.execution.verify import verify

RUNS = 5


def main() -> None:
    """Reads the arguments and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--verify", action="store_true", help="run on both executors and compare")
    parser.add_argument("--details", action="store_true", help="list every process that does not pass")
    options = parser.parse_args()
    compiled, refused, unread = [], [], 0
    for path in sorted(options.folder.rglob("*.bpmn")):
        try:
            document = bpmn.load(path)
        except ResoluteError as error:
            unread += 1
            if options.details:
                print(f"not well-formed: {path.name}: {error}")
            continue
        for process in document.processes:
            try:
                net.compile(document, process.id)
            except ModelError as error:
                refused.append((path, process.id, error))
            else:
                compiled.append((path, document, process.id))
    _print_compiled(len(compiled), refused, unread, options.details)
    if options.verify:
        _print_verified(compiled, options.details)


def _print_compiled(compiled: int, refused: list[tuple[Path, str, ModelError]], unread: int, details: bool) -> None:
    total = compiled + len(refused)
    print(f"files that are no BPMN 2.0       {unread:6}")
    print(f"processes in the others          {total:6}")
    print(f"compile                          {compiled:6}  {compiled / max(total, 1):.1%}")
    reasons: Counter[str] = Counter()
    for _path, _process, error in refused:
        reasons.update({finding.code for finding in error.findings if finding.severity == "error"})
    for code, count in reasons.most_common():
        print(f"  refused: {code:22} {count:6}")
    if details:
        for path, process, error in refused:
            for finding in error.findings:
                if finding.severity == "error":
                    place = f"{path.parent.name}/{path.name} {process} {finding.element}"
                    print(f"    {place}: {finding.message} [{finding.code}]")


def _print_verified(compiled: list[tuple[Path, Document, str]], details: bool) -> None:
    outcomes: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    for path, document, process in compiled:
        outcome, example = _verified(document, process)
        outcomes[outcome] += 1
        examples[outcome].append(f"{path.name} {process}: {example}")
    print("on both executors")
    for outcome, count in sorted(outcomes.items(), key=lambda item: -item[1]):
        print(f"  {outcome:30} {count:6}")
        if details and outcome != "the same":
            for example in examples[outcome]:
                print(f"      {example}")


def _verified(document: Document, process: str) -> tuple[str, str]:
    try:
        report = verify(document, process, runs=RUNS)
    except ResoluteError as error:
        return f"fails: {type(error).__name__}", str(error)[:200]
    if report.refused:
        return "SpiffWorkflow refuses", report.refused[0][:200]
    if report.differences:
        first = report.differences[0]
        example = f"{first.what} net {first.net} other {first.other} after {first.trail}"
        return f"differs: {first.what}", example[:300]
    return "the same", ""


if __name__ == "__main__":
    main()
