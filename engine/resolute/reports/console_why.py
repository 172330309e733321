"""An explanation for a terminal: the sentences, and the commands that would move the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from resolute import i18n
from resolute.dependencies import words as causes
from resolute.execution.assignments import CARRY_OUT, CHECK
from resolute.reports.console import STYLES

if TYPE_CHECKING:
    from resolute.dependencies.explain import Explanation, Sentence

_ = i18n.translator("reports")

INDENT = (0, 0, 0, 2)


def why(item: Explanation, protocols: Mapping[str, str]) -> RenderableType:
    """The whole answer for one step; `protocols` gives the titles of opened protocols by their ids, named where
    there are several.
    """
    head = Text("■ ", style=STYLES.get(item.state, ""))
    head.append(causes.title(item.ref, item.name), style="bold")
    only = ""
    if len(protocols) > 1 and item.protocol is not None:
        head.append(f"\n  {protocols[item.protocol]}", style="dim")
        only = f" --protocol {item.protocol}"
    commands = list(dict.fromkeys(line for sentence in item.sentences for line in _commands(sentence, only)))
    parts: list[RenderableType] = [head, Padding(Text(item.text), INDENT)]
    if commands:
        parts += [Padding(Text(line, style="cyan"), INDENT) for line in commands]
    return Group(*parts, "")


def _commands(sentence: Sentence, only: str) -> Iterator[str]:
    """The commands that would move what a sentence tells of; `only` tells its protocol from others."""
    facts = sentence.facts
    ref = facts.get("ref")
    instance, _colon, element = str(facts.get("step") or "").rpartition(":")
    if sentence.code == "act.person-working" and ref:
        texts = {
            CARRY_OUT: ('resolute report {ref}{only} --text "…"',),
            CHECK: ("resolute accept {ref}{only}", 'resolute return {ref}{only} --reason "…"'),
        }
        for text in texts.get(element, ("resolute tasks --instance {instance}",)):
            yield text.format(ref=ref, instance=instance, only=only)
    elif sentence.code == "act.person-unassigned" and ref:
        yield f'resolute reassign {ref}{only} --to "…"'
    elif sentence.code == "act.message":
        yield f'resolute send "{facts["name"]}"'
