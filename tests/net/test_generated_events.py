"""Random processes full of events: guarded activities, event gateways, event sub-processes, loops, compensation, data.

Every command of every life is checked by `Play`: the events applied from the start give the state, byte for byte.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from net.models import Drawn, guarded
from net.playground import model, xml
from net.test_replay import live
from resolute import bpmn
from resolute.execution.verify import verify

SOME = settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@SOME
@given(guarded(), st.integers(0, 1000))
def test_lives_full_of_events_replay_and_end(drawn: Drawn, seed: int) -> None:
    play = live(model(drawn.body()), seed, 60, drawn.variables)
    state = play.state
    tokens = state.get("places", [])[0::3]
    assert all(owner == 0 or owner in tokens for _token, _node, owner, _index, _detail in state.get("waits", []))
    if play.ended:
        assert not tokens
        assert "waits" not in state


@SOME
@given(guarded(plain=True), st.integers(0, 1000))
def test_guarded_models_run_the_same_on_both_executors(drawn: Drawn, seed: int) -> None:
    report = verify(bpmn.loads(xml(drawn.body())), "p", runs=2, seed=seed)
    assert report.same, (report.refused, report.differences)
