"""Who checks execution and who decides on deadlines, where the protocol does not name them."""

from __future__ import annotations

from resolute import i18n
from resolute.protocols.values import Protocol

_ = i18n.translator("modelling")

_GENITIVE = frozenset({"gent"})


def controller(protocol: Protocol) -> str:
    """The named controller, else the secretariat of the body."""
    if protocol.controller is not None:
        return protocol.controller.name
    return _of(_("Secretariat"), protocol.body)


def giver(protocol: Protocol) -> str:
    """Who signed the protocol, else the chair of the body."""
    return protocol.signer or _of(_("Chair"), protocol.body)


def _of(office: str, body: str | None) -> str:
    """`Секретариат областного Совета`, `Secretariat of the council`; the office alone without a body."""
    if not body:
        return office
    if i18n.language() == "en":
        return f"{office} of {body}"
    owner = genitive(body)
    return f"{office} {owner}" if owner else f"{office} ({body})"


def genitive(body: str) -> str | None:
    """A Russian name of a body in the genitive: the head noun and the adjectives before it change.

    None when the name does not begin with adjectives and a noun in the nominative.
    """
    from resolute.protocols.morphology import inflect, is_adjective, parses

    words = body.split()
    for number, word in enumerate(words):
        if is_adjective(word):
            continue
        noun = inflect(word, "nomn", _GENITIVE, part="NOUN")
        if noun is None:
            return None
        tag = next(reading.tag for reading in parses(word.lower()) if reading.tag.case == "nomn")
        before = [
            inflect(adjective, "nomn", _GENITIVE, number=tag.number, gender=tag.gender) for adjective in words[:number]
        ]
        changed = [adjective for adjective in before if adjective is not None]
        return " ".join([*changed, noun, *words[number + 1 :]]) if len(changed) == number else None
    return None
