"""Completions of user tasks a second on SpiffWorkflow, its JSON form in SQLite, one commit each: MODEL INSTANCES.

Prints those of a second on the clock and of a second of processor time.

Generous to SpiffWorkflow: all workflows stay in memory, each is written after every completion and never read back.
"""

import io
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.defaults import UserTask
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState


def main():
    parser = BpmnParser()
    parser.add_bpmn_io(io.BytesIO(Path(sys.argv[1]).read_bytes()), "sequence.bpmn")
    spec, subprocesses = parser.get_spec("sequence"), parser.get_subprocess_specs("sequence")
    serializer = BpmnWorkflowSerializer()
    with tempfile.TemporaryDirectory() as folder:
        store = sqlite3.connect(Path(folder) / "store.db", isolation_level=None)
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = NORMAL")
        store.execute("CREATE TABLE workflows (id INTEGER PRIMARY KEY, state TEXT)")
        workflows = []
        for number in range(int(sys.argv[2])):
            workflow = BpmnWorkflow(spec, subprocesses)
            workflow.data["number"] = number
            workflow.do_engine_steps()
            store.execute("INSERT INTO workflows VALUES (?, ?)", (number, serializer.serialize_json(workflow)))
            workflows.append(workflow)
        count, begin, used = 0, time.perf_counter(), time.process_time()
        while not workflows[0].is_completed():
            for number, workflow in enumerate(workflows):
                (task,) = workflow.get_tasks(state=TaskState.READY, spec_class=UserTask)
                task.data["answer"] = "yes"
                task.run()
                workflow.do_engine_steps()
                store.execute(
                    "UPDATE workflows SET state = ? WHERE id = ?", (serializer.serialize_json(workflow), number)
                )
                count += 1
        print(count / (time.perf_counter() - begin), count / (time.process_time() - used))


main()
