"""The executor beside a second reading of the standard, on random processes and random commands."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from net.playground import Play, model
from net.reference import EndlessError, Reference
from net.wild import ROOTS, VARIABLES, Wild

COMMANDS = 25


def messages(play: Play) -> list[str]:
    return sorted(wait.element for wait in play.waits() if wait.detail["type"] == "message")


def stuck(play: Play) -> list[str]:
    """Where tokens are held by an incident, one entry a token."""
    places = zip(*[iter(play.state.get("places", []))] * 3, strict=True)
    nodes = {token: node for token, node, _scope in places}
    return sorted(play.net.ids[nodes[token]] for token, *_rest in play.state.get("incidents", []))


def compare(seed: int) -> int:
    """Gives both the same commands, and looks at what can be seen after each; the number of commands."""
    chance = random.Random(seed)
    net = model(Wild(chance).scope(2), roots=ROOTS)

    def values() -> dict[str, bool]:
        return {name: chance.random() < 0.5 for name in VARIABLES}

    data = values()
    try:
        reference = Reference(net, dict(data))
    except EndlessError:
        return 0
    play = Play(net, data)
    given = []
    for _command in range(COMMANDS):
        assert play.tasks == reference.tasks(), (seed, given)
        assert messages(play) == sorted(element for element, _place in reference.waits()), (seed, given)
        assert stuck(play) == reference.incidents(), (seed, given)
        assert play.ended == ("completed" if reference.ended else None), (seed, given)
        tasks = [("do", element) for element in sorted(set(play.tasks))]
        choices = tasks + [("fire", element) for element in sorted(set(messages(play)))]
        if not choices or sum(Counter(play.tasks).values()) > 40:
            break
        verb, element = chance.choice(choices)
        given.append((verb, element))
        try:
            if verb == "do":
                answer = values()
                reference.complete(element, answer)
                play.do(element, **answer)
            else:
                reference.fire(element)
                play.fire(element)
        except EndlessError:
            break
    return len(given)


@pytest.mark.parametrize("block", range(10))
def test_random_processes_run_as_the_reference_reads_the_standard(block: int) -> None:
    assert sum(compare(seed) for seed in range(block * 30, block * 30 + 30)) > 30
