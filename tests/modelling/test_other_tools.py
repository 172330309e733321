"""Other tools read the models without a warning: bpmn-moddle (which bpmn-js uses) and bpmnlint."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from modelling.truths import names, truth
from resolute.modelling import model
from resolute.shipped import shipped

PACKAGES = ("bpmnlint@11.15.0", "bpmn-moddle@10.3.1")
LINT = Path(__file__).with_name("lint.mjs")


@pytest.fixture(scope="module")
def node_modules(request: pytest.FixtureRequest) -> Path:
    """A folder with the packages, kept in pytest's cache; skips where they cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed here")
    cache = request.config.cache
    assert cache is not None
    folder = Path(cache.mkdir("bpmnlint"))
    if all((folder / "node_modules" / package.partition("@")[0]).exists() for package in PACKAGES):
        return folder
    (folder / "package.json").write_text("{}", "utf-8")
    quick = ["--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0", "--fetch-timeout=20000"]
    try:
        installed = subprocess.run(
            ["npm", "install", *quick, *PACKAGES], cwd=folder, capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not get the packages in two minutes")
    if installed.returncode:
        pytest.skip(f"npm could not get the packages: {installed.stderr.strip().splitlines()[-1:]}")
    return folder


def problems(node_modules: Path, files: list[Path]) -> list[dict[str, str]]:
    command = ["node", str(LINT), str(node_modules), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_linter_finds_what_is_wrong(node_modules: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text(
        shipped("bpmn", "monitoring.bpmn").read_text("utf-8").replace('targetRef="act"', 'targetRef="lost"'),
        "utf-8",
    )
    assert {problem["rule"] for problem in problems(node_modules, [broken])} >= {"bpmn-moddle"}


def test_the_patterns_and_the_shipped_workflows_have_no_problems(node_modules: Path) -> None:
    files = [*shipped("bpmn").glob("*.bpmn"), *shipped("workflows").glob("*/*.bpmn")]
    assert len(files) > 9
    assert problems(node_modules, files) == []


def test_generated_decisions_have_no_problems(node_modules: Path, tmp_path: Path) -> None:
    files = []
    for name in names():
        for document in model(truth(name)):
            files.append(tmp_path / f"{name}-{document.process_id}.bpmn")
            files[-1].write_bytes(document.xml)
    assert problems(node_modules, files) == []
