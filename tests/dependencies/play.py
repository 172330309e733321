"""What can be done in an engine: a task completed, a message from outside sent, the time of a timer come."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Act:
    """One thing that can be done; in the report it is a root with this `step`."""

    kind: str
    step: str
    task: str = ""
    message: str = ""
    due: datetime | None = None


def acts(engine):
    """All that can be done; messages are only those from outside."""
    return [act for act in _all(engine) if act.kind != "message" or act.message.startswith("outside")]


def _all(engine):
    found = []
    for view in engine.snapshot().instances.values():
        for task in view.tasks:
            found.append(Act("task", f"{view.id}:{task.element}", task=task.id))
        for wait in view.waits:
            node = view.net.index[wait.element]
            host = view.net.attached[node]
            step = f"{view.id}:{wait.element if host < 0 else view.net.ids[host]}"
            if wait.type == "timer":
                found.append(Act("timer", step, due=wait.due))
            elif wait.type == "message":
                found.append(Act("message", step, message=wait.name))
    return sorted(found, key=lambda act: (act.kind, act.step, act.task))


def perform(engine, act, answers):
    """Does it; a minute passes before. Returns all that came to pass by it: with a timer those due earlier."""
    engine.clock.advance(minutes=1)
    if act.kind == "task":
        engine.complete(act.task, answers)
    elif act.kind == "message":
        engine.send(act.message, answers)
    else:
        came = [other for other in _all(engine) if other.kind == "timer" and other.due <= act.due]
        engine.clock.set(max(engine.clock.now(), act.due) + timedelta(seconds=1))
        engine.tick()
        return came
    return [act]
