"""The page of a dependency graph in a real browser: it starts, and its search, details and keys work."""

import shutil
import subprocess

import pytest
from lxml import html

import needs
from reports.test_graph_pictures import row_of
from resolute import dependencies
from resolute.reports import graph_html

PROBE = """
<script>
const log = [];
const card = (id) => document.querySelector(`.step[data-id="${id}"]`);
const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const say = (name, value) => { document.body.dataset[name] = String(value); };
const search = document.getElementById("search");
search.value = "1.2"; search.dispatchEvent(new Event("input"));
say("found", document.querySelectorAll(".step:not(.dim)").length);
search.value = ""; search.dispatchEvent(new Event("input"));
card("1.0").focus(); press("ArrowRight");
say("moved", document.activeElement.dataset.id);
press("Enter");
say("details", document.querySelector("#details h2").textContent);
say("near", document.querySelectorAll(".edge.near").length);
const before = document.querySelector("#stage svg").style.transform;
press("+");
say("zoomed", before !== document.querySelector("#stage svg").style.transform);
press("Escape");
say("closed", document.getElementById("panel").hidden);
</script>
</body>
"""


@pytest.fixture
def browser():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))


def opened(browser, path):
    """The body of the page after its scripts have run."""
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=10000",
        "--dump-dom",
        path.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return html.fromstring(done.stdout).find("body")


@needs.chromium
def test_search_keys_and_details_work(browser, tmp_path):
    page = graph_html.page(dependencies.graph_of(row_of(5)))
    path = tmp_path / "страница с пробелом.html"
    path.write_text(page.replace("</body>", PROBE), "utf-8")
    body = opened(browser, path)
    assert body.get("data-ready") == "5"
    assert body.get("data-found") == "1"
    assert body.get("data-moved") == "1.1"
    assert body.get("data-details").startswith("1.1")
    assert body.get("data-near") == "2"
    assert body.get("data-zoomed") == body.get("data-closed") == "true"


LARGE = """
<script>
const search = document.getElementById("search");
search.value = "27.1986"; search.dispatchEvent(new Event("input"));
requestAnimationFrame(() => requestAnimationFrame(() => {
  const card = document.querySelector('.step[data-id="27.1986"]');
  document.body.dataset.said = card.querySelector(".words").textContent;
  document.body.dataset.written = [...document.querySelectorAll(".words")].filter((words) => words.firstChild).length;
  window.dispatchEvent(new Event("beforeprint"));
  document.body.dataset.printed = [...document.querySelectorAll(".words")].filter((words) => words.firstChild).length;
}));
</script>
</body>
"""


@needs.chromium
def test_two_thousand_steps_open_and_those_in_sight_can_be_read(browser, tmp_path):
    path = tmp_path / "large.html"
    page = graph_html.page(dependencies.graph_of(row_of(2000, 40)))
    path.write_text(page.replace("</body>", LARGE), "utf-8")
    body = opened(browser, path)
    assert body.get("data-ready") == body.get("data-printed") == "2000"
    assert body.get("data-said").startswith("27.1986")
    assert 0 < int(body.get("data-written")) < 300
