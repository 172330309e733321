"""From a protocol to its decisions as BPMN documents, each with its diagram."""

from __future__ import annotations

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.modelling.decision import decision
from resolute.modelling.labels import language
from resolute.modelling.plan import plan
from resolute.protocols.values import Protocol


def model(protocol: Protocol) -> tuple[Document, ...]:
    """One BPMN document a decision, in the order of the agenda, named in the language of the protocol.

    Dependencies are used whether confirmed or only proposed. What had to be left out of the order stands in
    the `findings` of the decision that it concerns. Raises InputError when confirmed dependencies form a
    circle.
    """
    from resolute.bpmn.layout import layout

    whole = plan(protocol)
    documents = []
    with i18n.use(language(protocol)):
        for agenda, points in protocol.decisions():
            document = layout(decision(whole, agenda, points))
            refs = {point.ref for point in points}
            document.findings = tuple(finding for finding in whole.findings if finding.ref in refs)
            documents.append(document)
    return tuple(documents)
