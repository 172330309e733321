"""Embeds the engine in another program: the shipped protocol, run in memory to 5 July 2022."""

from datetime import UTC, datetime

import resolute
from resolute.shipped import shipped
from resolute.testing import Clock

clock = Clock(datetime(2022, 4, 21, 12, tzinfo=UTC))
register = resolute.load_register(shipped("workflows", "chelyabinsk-2-2022", "register.yaml"))

with resolute.Engine("sqlite:///:memory:", clock=clock) as engine:
    engine.open(register)
    print("open tasks at adoption:")
    for task in engine.tasks():
        print(f"  {task.ref:6} {task.due:%d.%m.%Y}  {task.name} — {task.party}" if task.due else f"  {task.ref}")

    clock.set(datetime(2022, 6, 24, 12, tzinfo=UTC))
    engine.report("1.3.1", text="The council is formed.", by="ministry")
    engine.accept("1.3.1", by="secretariat")

    clock.set(datetime(2022, 7, 5, 12, tzinfo=UTC))
    print("fired by the clock:", engine.tick())
    print("blocked or late:")
    for item in engine.blocked():
        if not item.inner:
            print(f"  {item.headline}")
