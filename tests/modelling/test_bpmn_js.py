"""The patterns and the shipped decisions open in bpmn-js without a warning, in a real browser."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from resolute.shipped import shipped

PACKAGE = "bpmn-js@18"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PAGE = """<!doctype html><meta charset="utf-8"><div id="c" style="width:800px;height:600px"></div><pre id="out"></pre>
<script src="node_modules/bpmn-js/dist/bpmn-viewer.production.min.js"></script><script>
const models = MODELS;
(async () => {
  const said = {};
  for (const [name, xml] of Object.entries(models)) {
    const viewer = new BpmnJS({ container: "#c" });
    try { said[name] = (await viewer.importXML(xml)).warnings.map(warning => warning.message); }
    catch (error) { said[name] = ["ERROR " + error.message]; }
    viewer.destroy();
  }
  document.getElementById("out").textContent = "DONE" + JSON.stringify(said);
})();</script>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with bpmn-js in it; skips where npm cannot get it."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    place = tmp_path_factory.mktemp("bpmn_js")
    (place / "package.json").write_text("{}")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--fetch-retries=0", PACKAGE]
    try:
        installed = subprocess.run(command, cwd=place, capture_output=True, timeout=100)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not get bpmn-js in time")
    if installed.returncode:
        pytest.skip("npm could not get bpmn-js")
    return place


def said_by_bpmn_js(folder: Path, models: dict[str, str]) -> dict[str, list[str]]:
    """The warnings of bpmn-js for each model."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium is installed")
    page = folder / "page.html"
    page.write_text(PAGE.replace("MODELS", json.dumps(models).replace("</", "<\\/")), "utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    files = ("--allow-file-access-from-files", "--virtual-time-budget=60000", "--dump-dom", page.as_uri())
    done = subprocess.run([browser, *FLAGS, profile, *files], capture_output=True, text=True, timeout=100)
    found = re.search(r"DONE(\{.*?\})</pre>", done.stdout, re.DOTALL)
    assert found is not None, done.stdout[-500:] + done.stderr[-500:]
    warnings: dict[str, list[str]] = json.loads(html.unescape(found.group(1)))
    return warnings


def test_every_shipped_model_opens_without_a_warning_and_a_broken_one_does_not(folder: Path) -> None:
    files = [*shipped("bpmn").glob("*.bpmn"), *shipped("workflows").glob("*/*.bpmn")]
    models = {path.name: path.read_text("utf-8") for path in files}
    broken = models["monitoring.bpmn"].replace('targetRef="act"', 'targetRef="lost"')
    said = said_by_bpmn_js(folder, {**models, "broken": broken})
    assert said.pop("broken") != []
    assert said == {name: [] for name in models}
