"""How long the page of a dependency graph takes: to make, and to open in headless Chromium until every card answers.

python benchmarks/page.py [STEPS] [--keep FOLDER]     default: 20, 200 and 2,000 steps; --keep leaves pages and pictures

The browser is started once; each page is opened three times in a tab of its own through the DevTools protocol, over a
pipe. The figure is the time from the navigation until the page says that it is ready, by the browser's own clock, and
until two frames after that are painted; beside it the processor time of the page's thread, which other work on the
machine does not stretch.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from resolute import dependencies, i18n
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question
from resolute.reports import export_graph, gantt, graph_html, graph_svg_parties

DEEDS = (
    "Обеспечить разработку и утверждение программы деятельности центра на очередной год",
    "Организовать работу по формированию регионального наблюдательного совета",
    "Представить информацию о ходе реализации плана мероприятий на заседание Совета",
    "Заключить соглашения о взаимодействии с образовательными организациями и предприятиями области",
    "Провести мониторинг потребности малых и средних предприятий в квалифицированных кадрах",
    "Подготовить предложения по внесению изменений в государственную программу",
)
BODIES = ("образования и науки", "здравоохранения", "промышленности, новых технологий и природных ресурсов", "финансов")
TURNS = 3


def protocol(steps: int, seed: int = 1) -> Protocol:
    """A register of so many points in decisions of fifty, each waiting for up to two earlier ones."""
    rng = random.Random(seed)
    parties = [Party(f"Министерство {body} Озёрской области") for body in BODIES]
    parties += [Party(f"администрация {number}-го городского округа Озёрской области") for number in range(1, 21)]
    start = date(2022, 4, 21)
    points: list[Point] = []
    for number in range(steps):
        decision, place = divmod(number, 50)
        mine = [point.ref for point in points[decision * 50 :]]
        far = [point.ref for point in points[-400:]] if rng.random() < 0.1 else mine[-8:]
        waits = rng.sample(far, min(len(far), rng.choice((0, 1, 1, 2))))
        due = start + timedelta(days=20 + place * 6 + rng.randrange(20))
        points.append(
            Point(
                ref=f"{decision + 1}.{place + 1}",
                agenda=decision + 1,
                text=rng.choice(DEEDS),
                kind="assignment",
                responsible=tuple(rng.sample(parties, rng.choice((1, 1, 2, 3)))),
                deadline=Deadline("", "date", due, due),
                after=tuple(Dependency(ref) for ref in waits),
            )
        )
    questions = tuple(
        Question(number + 1, f"О мерах по реализации раздела {number + 1} программы развития области")
        for number in range(-(-steps // 50))
    )
    return Protocol("7/2022", start, "Совет по развитию Озёрской области", tuple(points), questions)


class Browser:
    """Headless Chromium, spoken to over a pipe."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.mkdtemp()
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()

        def hand_over() -> None:
            os.dup2(to_browser, 3)
            os.dup2(from_browser, 4)

        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--window-size=1400,900"]
        self._process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={self._profile}"],
            pass_fds=(3, 4),
            preexec_fn=hand_over,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number, self._rest = 0, b""

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        shutil.rmtree(self._profile, ignore_errors=True)

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        for answer in self._answers():
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return dict(answer["result"])
        raise RuntimeError("the browser has ended")

    def _answers(self) -> Iterator[dict[str, Any]]:
        while True:
            while b"\0" not in self._rest:
                part = os.read(self._read, 1 << 20)
                if not part:
                    return
                self._rest += part
            text, _zero, self._rest = self._rest.partition(b"\0")
            yield json.loads(text)

    def opened(self, page: Path) -> tuple[float, float, float, int]:
        """Seconds until the page is ready, until it is painted, processor seconds of its thread, cards."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable", session)
        self.ask("Performance.enable", session, timeDomain="threadTicks")
        begun = time.perf_counter()
        self.ask("Page.navigate", session, url=page.as_uri())
        script = """new Promise((done) => {
          const wait = () => document.body && document.body.dataset.ready
            ? requestAnimationFrame(() => requestAnimationFrame(() => done(
                JSON.stringify([performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart,
                                +document.body.dataset.ready]))))
            : setTimeout(wait, 5);
          wait();
        })"""
        answer = self.ask("Runtime.evaluate", session, expression=script, awaitPromise=True)
        painted = time.perf_counter() - begun
        milliseconds, cards = json.loads(answer["result"]["value"])
        metrics = {one["name"]: one["value"] for one in self.ask("Performance.getMetrics", session)["metrics"]}
        self.ask("Target.closeTarget", targetId=target)
        return milliseconds / 1000, painted, metrics["TaskDuration"], cards


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("steps", type=int, nargs="*", default=[20, 200, 2000])
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise SystemExit("no Chromium on the PATH: install chromium")
    folder = arguments.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    i18n.set_language("ru")
    print("| steps | page made, s (CPU) | size, MB | ready, s | painted, s | of that CPU, s | cards |")
    print("|---|---|---|---|---|---|---|")
    with Browser(program) as browser:
        for steps in arguments.steps:
            made = protocol(steps)
            graph = dependencies.graph_of(made)
            begun = time.process_time()
            text = graph_html.page(graph)
            spent = time.process_time() - begun
            path = folder / f"graph-{steps}.html"
            path.write_text(text, "utf-8")
            turns = [browser.opened(path) for _turn in range(TURNS)]
            ready, painted, busy = (statistics.median(turn[place] for turn in turns) for place in (0, 1, 2))
            size = path.stat().st_size / 1e6
            times = f"{ready:.2f} | {painted:.2f} | {busy:.2f}"
            print(f"| {steps:,} | {spent:.2f} | {size:.1f} | {times} | {turns[0][3]:,} |")
            if arguments.keep:
                keep_pictures(folder, steps, made)


def keep_pictures(folder: Path, steps: int, made: Protocol) -> None:
    """All pictures of the register, to be looked at."""
    graph, schedule = dependencies.graph_of(made), dependencies.schedule(made)
    export_graph.write(graph, folder / f"graph-{steps}.svg", critical=schedule.critical_path)
    export_graph.write(graph, folder / f"parties-{steps}.svg", by="party")
    waits = graph_svg_parties.planned(graph)
    for name, svg in (
        ("gantt", gantt.draw(graph, schedule)),
        ("load", graph_svg_parties.load(graph, schedule)),
        ("matrix", graph_svg_parties.matrix(waits)),
    ):
        (folder / f"{name}-{steps}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
