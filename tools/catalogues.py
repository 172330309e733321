"""Collects the strings of each package, merges them into its Russian catalogue and compiles it.

python tools/catalogues.py            update the .po files, compile the .mo files
python tools/catalogues.py --check    change nothing; status 1 when something is missing or stale
"""

from __future__ import annotations

import ast
import gettext
import io
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "engine" / "resolute"
CATALOGUES = PACKAGE / "locale" / "ru" / "LC_MESSAGES"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands for the dates in headers: files of the same texts are the same, so that changes can be merged."""
KEYWORDS = {"_": None, "ngettext": (1, 2)}


def domain_of(source: Path) -> str | None:
    """The catalogue that a module names in `i18n.translator("...")`, or None."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("translator", "plural")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            return str(node.args[0].value)
    return None


def wanted() -> dict[str, Catalog]:
    """Domain -> the strings that its modules use; templates belong to the domain named like their package."""
    catalogues: dict[str, Catalog] = defaultdict(lambda: Catalog(locale="ru", charset="utf-8"))
    for source in sorted(PACKAGE.rglob("*.py")):
        domain = domain_of(source)
        if domain is None:
            continue
        place = source.relative_to(PACKAGE).as_posix()
        for line, message, comments, context in extract_from_file("python", str(source), keywords=KEYWORDS):
            catalogues[domain].add(message, locations=[(place, line)], auto_comments=comments, context=context)
    for source in sorted(PACKAGE.rglob("templates/*.html")):
        place = source.relative_to(PACKAGE).as_posix()
        for line, message, comments, context in extract_from_file("jinja2.ext:babel_extract", str(source), KEYWORDS):
            catalogues[source.parts[-3]].add(
                message, locations=[(place, line)], auto_comments=comments, context=context
            )
    return catalogues


def merged(domain: str, fresh: Catalog) -> Catalog:
    """The catalogue on disk, brought up to the strings in use."""
    path = CATALOGUES / f"{domain}.po"
    catalogue = Catalog(locale="ru", charset="utf-8")
    if path.exists():
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale="ru")
    catalogue.project, catalogue.fuzzy = "Resolute", False
    catalogue.header_comment = "# Russian of Resolute: made by tools/catalogues.py, translated by hand."
    catalogue.update(fresh, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = EPOCH
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def texts_of(mo: bytes) -> dict[object, str]:
    """The translations in a .mo file, without its header, which names versions and dates."""
    messages: dict[object, str] = dict(vars(gettext.GNUTranslations(io.BytesIO(mo)))["_catalog"])
    messages.pop("", None)
    return messages


def problems(domain: str, fresh: Catalog) -> list[str]:
    """What is missing or stale in one domain, in words."""
    found = []
    catalogue = merged(domain, fresh)
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not all(texts):
            found.append(f"{domain}: no Russian for {message.id!r}")
    path = CATALOGUES / f"{domain}.mo"
    if not path.exists() or texts_of(path.read_bytes()) != texts_of(compiled(catalogue)):
        found.append(f"{domain}: {path.name} is stale; run python tools/catalogues.py")
    return found


def main() -> int:
    catalogues = wanted()
    if "--check" in sys.argv:
        found = [problem for domain, fresh in catalogues.items() for problem in problems(domain, fresh)]
        print("\n".join(found) or "catalogues are complete")
        return 1 if found else 0
    CATALOGUES.mkdir(parents=True, exist_ok=True)
    for domain, fresh in catalogues.items():
        catalogue = merged(domain, fresh)
        with (CATALOGUES / f"{domain}.po").open("wb") as stream:
            write_po(stream, catalogue, width=110, sort_by_file=True, include_lineno=False)
        (CATALOGUES / f"{domain}.mo").write_bytes(compiled(catalogue))
        untranslated = [m.id for m in catalogue if m.id and not (m.string and all(m.string))]
        print(f"{domain}: {len(catalogue)} strings, {len(untranslated)} without Russian")
    with (CATALOGUES / "click.po").open("rb") as stream:
        click = read_po(stream, locale="ru")
    click.creation_date = click.revision_date = EPOCH
    (CATALOGUES / "click.mo").write_bytes(compiled(click))
    return 0


if __name__ == "__main__":
    sys.exit(main())
