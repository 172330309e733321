"""Which BPMN elements become nodes of the net, and as what: the standard as tables."""

from __future__ import annotations

from resolute.net.net import Kind, ScopeKind, Trigger

NODES: dict[str, Kind] = {
    "task": Kind.TASK,
    "manualTask": Kind.TASK,
    "userTask": Kind.USER,
    "serviceTask": Kind.SERVICE,
    "scriptTask": Kind.SCRIPT,
    "sendTask": Kind.SEND,
    "receiveTask": Kind.RECEIVE,
    "businessRuleTask": Kind.RULE,
    "callActivity": Kind.CALL,
    "subProcess": Kind.SCOPE,
    "transaction": Kind.SCOPE,
    "adHocSubProcess": Kind.SCOPE,
    "exclusiveGateway": Kind.EXCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
    "inclusiveGateway": Kind.INCLUSIVE,
    "eventBasedGateway": Kind.EVENT_BASED,
    "complexGateway": Kind.COMPLEX,
    "startEvent": Kind.START,
    "intermediateCatchEvent": Kind.CATCH,
    "intermediateThrowEvent": Kind.THROW,
    "implicitThrowEvent": Kind.THROW,
    "boundaryEvent": Kind.BOUNDARY,
    "endEvent": Kind.END,
}

SCOPES: dict[str, ScopeKind] = {
    "subProcess": ScopeKind.EMBEDDED,
    "transaction": ScopeKind.TRANSACTION,
    "adHocSubProcess": ScopeKind.ADHOC,
}

TRIGGERS: dict[str, Trigger] = {
    "messageEventDefinition": Trigger.MESSAGE,
    "timerEventDefinition": Trigger.TIMER,
    "signalEventDefinition": Trigger.SIGNAL,
    "errorEventDefinition": Trigger.ERROR,
    "escalationEventDefinition": Trigger.ESCALATION,
    "conditionalEventDefinition": Trigger.CONDITIONAL,
    "linkEventDefinition": Trigger.LINK,
    "compensateEventDefinition": Trigger.COMPENSATION,
    "cancelEventDefinition": Trigger.CANCEL,
    "terminateEventDefinition": Trigger.TERMINATE,
}

UNSUPPORTED = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
"""Flow nodes that no process may hold."""

_START = {Trigger.NONE, Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL, Trigger.CONDITIONAL}
_EVENT_SUB = {Trigger.ERROR, Trigger.ESCALATION, Trigger.COMPENSATION}
ALLOWED: dict[Kind, frozenset[Trigger]] = {
    Kind.START: frozenset(_START | _EVENT_SUB),
    Kind.CATCH: frozenset(_START | {Trigger.LINK}),
    Kind.THROW: frozenset(
        {
            Trigger.NONE,
            Trigger.MESSAGE,
            Trigger.SIGNAL,
            Trigger.ESCALATION,
            Trigger.LINK,
            Trigger.COMPENSATION,
        }
    ),
    Kind.BOUNDARY: frozenset((_START | _EVENT_SUB | {Trigger.CANCEL}) - {Trigger.NONE}),
    Kind.END: frozenset(
        {
            Trigger.NONE,
            Trigger.MESSAGE,
            Trigger.SIGNAL,
            Trigger.ERROR,
            Trigger.ESCALATION,
            Trigger.COMPENSATION,
            Trigger.CANCEL,
            Trigger.TERMINATE,
        }
    ),
}
"""What each kind of event may wait for or throw (BPMN 2.0.2, table 10.93)."""
