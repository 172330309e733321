"""Definitions: deploying BPMN documents as versions of processes, and the programs that run them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.read import load, parse
from resolute.errors import InputError, ModelError, NotFoundError
from resolute.execution.executors import executor
from resolute.execution.forms import check_forms
from resolute.execution.seam import Executor
from resolute.execution.starts import caught_messages, waiting_starts
from resolute.execution.values import Definition
from resolute.net import dmn, forms
from resolute.net.net import Net
from resolute.storage.rows import DefinitionRow, micros
from resolute.storage.store import Store

_ = i18n.translator("execution")


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A definition made ready for one executor."""

    number: int
    """Its row in the store."""
    definition: Definition
    executor: Executor
    compiled: Any
    """What the executor takes."""
    net: Net


class Library:
    """The definitions of a store; documents are parsed and compiled once for each executor."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._programs: dict[tuple[int, str], Program] = {}

    def deploy(
        self,
        source: str | Path | bytes | Document,
        executor: str,
        now: datetime,
        decisions: Iterable[str | Path | bytes] = (),
        schemas: Iterable[str | Path | bytes] = (),
    ) -> list[Definition]:
        """Adds a version of every process in `source`; a file that has not changed keeps its versions.

        The .dmn files `decisions` and the forms `schemas` are kept inside its document. Raises ModelError, with all
        findings, when a process, a decision or a form cannot be used; then none is added.
        """
        document = source if isinstance(source, Document) else load(source)
        tables = list(decisions)
        if tables:
            document = dmn.embedding(document, tables)
        given = list(schemas)
        if given:
            document = forms.embedding(document, given)
        processes = [process.id for process in document.processes if _has_content(process)]
        if not processes:
            raise ModelError(
                _("no process with anything to do; expected at least one with a start event"),
                file=document.file,
            )
        xml = document.xml
        hash = sha256(xml).hexdigest()
        compiled = {process: _compile(executor, document, process) for process in processes}
        check_forms(document, _net_of(compiled[processes[0]]).forms)
        with self._store.database.transaction():
            self._store.database.lock("deploy")
            self._store.put_document(hash, xml, document.file)
            return [self._add(process, hash, executor, compiled[process], now) for process in processes]

    def _add(self, process: str, hash: str, executor_name: str, compiled: Any, now: datetime) -> Definition:
        latest = self._store.find_definition(process)
        if latest is not None and latest.document == hash:
            return definition_of(latest)
        net = _net_of(compiled)
        self._keep(hash, process, executor(executor_name), compiled)
        version = 1 if latest is None else latest.version + 1
        number = self._store.add_definition(process, version, net.name, hash, micros(now))
        self._store.replace_starts(process, waiting_starts(net, number, now))
        for name in caught_messages(net):
            self._store.add_catch(name)
        return definition_of(DefinitionRow(number, process, version, net.name, hash, micros(now)))

    def program(self, number: int, executor_name: str) -> Program:
        """The program of a definition by its number in the store."""
        known = self._programs.get((number, executor_name))
        if known is None:
            row = self._store.definition(number)
            if row is None:
                raise NotFoundError(_("there is no definition number {number}").format(number=number))
            compiled = self._compiled(row, executor(executor_name))
            known = Program(number, definition_of(row), executor(executor_name), compiled, _net_of(compiled))
            self._programs[number, executor_name] = known
        return known

    def _compiled(self, row: DefinitionRow, runner: Executor) -> Any:
        """What the executor takes: as it was kept, else made again from the document, and kept if that may be."""
        form = runner.form
        kept = None if form is None else self._store.net(row.document, row.process, form.number)
        if form is not None and kept is not None:
            with suppress(InputError):
                return form.load(kept)
        xml, file = self._store.document(row.document)
        compiled = runner.prepare(parse(xml, file=file), row.process)
        if self._store.database.writing:
            self._keep(row.document, row.process, runner, compiled)
        return compiled

    def _keep(self, document: str, process: str, runner: Executor, compiled: Any) -> None:
        if runner.form is not None:
            self._store.put_net(document, process, runner.form.number, runner.form.dump(compiled))

    def latest(self, process: str, executor_name: str) -> Program | None:
        """The program of the latest version of a process; None when it was never deployed."""
        row = self._store.find_definition(process)
        return None if row is None else self.program(row.id, executor_name)

    def keyed(self, key: str, executor_name: str) -> Program:
        """The program of a definition by its key, `id:version`. Raises NotFoundError."""
        process, _colon, version = key.rpartition(":")
        row = self._store.find_definition(process, int(version)) if version.isdigit() else None
        if row is None:
            raise NotFoundError(_("there is no definition {key}").format(key=key))
        return self.program(row.id, executor_name)

    def versions(self) -> list[Definition]:
        """All definitions, oldest first."""
        return [definition_of(row) for row in self._store.definitions()]


def definition_of(row: DefinitionRow) -> Definition:
    """The public value of a stored definition."""
    return Definition(row.process, row.version, f"{row.process}:{row.version}", row.name)


def _compile(executor_name: str, document: Document, process: str) -> Any:
    return executor(executor_name).prepare(document, process)


def _net_of(compiled: Any) -> Net:
    net: Net = compiled if isinstance(compiled, Net) else compiled.net
    return net


def _has_content(process: Any) -> bool:
    return any(child.id and child.kind != "laneSet" for child in process.children())
