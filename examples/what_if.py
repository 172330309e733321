"""Asks what would follow: of the shipped register before anything runs, and of a live engine; nothing is stored."""

from datetime import datetime

import resolute
from resolute import dependencies
from resolute.dependencies import Delayed, Done, Given
from resolute.shipped import shipped
from resolute.testing import Clock

register = resolute.load_register(shipped("workflows", "chelyabinsk-2-2022", "register.yaml"))
answer = dependencies.what_if(register, [Delayed("1.3.1", 60)])
print(answer.text)
for shift in answer.shifts:
    print(f"  {shift.ref}: {shift.finish[0]} -> {shift.finish[1]}")

clock = Clock(datetime.fromisoformat("2022-04-21T12:00+05:00"))
with resolute.Engine("sqlite:///:memory:", clock=clock) as engine:
    engine.open(register)
    clock.set(datetime.fromisoformat("2022-07-05T12:00+05:00"))
    engine.tick()
    graph = engine.graph()
    council, report = dependencies.find(graph, "1.3.1"), dependencies.find(graph, "2.3")
    answer = engine.what_if([Done(council), Given(report, "Министерство финансов")])
    print(answer.text)
    print("no longer held up:", sorted({graph.nodes[step]["ref"] for step in answer.freed}))
