"""The process of ten tasks in SimPy; prints tasks per second of processor time. Data on stdin, cases as argument."""

import json
import random
import sys
import time

import simpy

DAY, OPEN, CLOSE = 86400.0, 9 * 3600.0, 18 * 3600.0


def after_work(now: float, work: float) -> float:
    """When work is done that is begun now, Monday to Friday 9-18; time 0 is a Monday's midnight."""
    while True:
        day, clock = divmod(now, DAY)
        if day % 7 >= 5 or clock >= CLOSE:
            now = (day + 1) * DAY + OPEN
            continue
        now = day * DAY + max(clock, OPEN)
        room = day * DAY + CLOSE - now
        if work <= room:
            return now + work
        work -= room
        now = (day + 1) * DAY + OPEN


class Model:
    def __init__(self, data, cases):
        self.data, self.cases, self.tasks = data, cases, 0
        self.rng = random.Random(1)
        self.env = simpy.Environment(OPEN)
        self.parties = {name: simpy.Resource(self.env, count) for name, count in data["parties"].items()}

    def task(self, name):
        with self.parties[self.data["party_of"][name]].request() as turn:
            yield turn
            work = self.rng.expovariate(1 / self.data["means"][name])
            yield self.env.timeout(after_work(self.env.now, work) - self.env.now)
        self.tasks += 1

    def row(self, *names):
        for name in names:
            yield from self.task(name)

    def case(self):
        yield from self.task("t0")
        while True:
            yield from self.task("t1")
            yield self.env.process(self.row("t2", "t3")) & self.env.process(self.row("t4"))
            yield from self.row("t5") if self.rng.random() < 0.4 else self.row("t6", "t7")
            yield from self.task("t8")
            if self.rng.random() < 0.75:
                break
        yield from self.task("t9")

    def arrivals(self):
        for number in range(self.cases):
            if number:
                gap = self.rng.expovariate(1 / self.data["gap"])
                yield self.env.timeout(after_work(self.env.now, gap) - self.env.now)
            self.env.process(self.case())


def main():
    model = Model(json.load(sys.stdin), 10 * int(sys.argv[1]))
    begun = time.process_time()
    model.env.process(model.arrivals())
    model.env.run()
    print(model.tasks / (time.process_time() - begun))


main()
