"""What kind of point a text is: information, approval, designation, assignment, recommendation, rejection, control."""

from __future__ import annotations

import re

from resolute.protocols import morphology
from resolute.protocols.values import Kind

_CONTROL = re.compile(
    r"^\W*(?:общий\s+|персональный\s+)?контроль\b.*?(?:возложить|возлагается|оставить|оставляю|оставляется|осуществля|поручить|возлагаю|закрепить|за\s+собой|[-–—:])|^\W*контролировать\b[^.]*(?:поруч|возлож)|^\W*(?:возложить|оставить)\s+контроль|^контрол[ья]\s*[-–—:]"
    r"|^\W*контроль\s+(?:за\s+)?(?:ходом\s+)?(?:исполнени|выполнени)[а-я]+\s+(?:[а-яё]+\s+){0,2}"
    r"(?:решени|протокол|постановлени|приказ|распоряжени|поручени|план|мероприяти)[а-я]*(?:\s+[а-яё]+){0,4}\W*$",
    re.I,
)
_INFORMATION = re.compile(
    r"принять\s+(?:[^;]{0,250}?\s)?к\s+сведению|принята?\s+к\s+сведению|принять\s+во\s+внимание|^\W*отметить|^\W*обратить\s+внимание|^\W*указать\s+[^;]{3,150}\sна\s|^\W*констатировать|^\W*информаци[яю]\b[^.]*\bпринят|[-–—]\s*к\s+сведению\W*$",
    re.I,
)
_NOTED = re.compile(r"^\W*принять\s+(?:к\s+сведению|во\s+внимание)", re.I)
_REJECTION = re.compile(
    r"\bотклонить|\bотказать\b|\bне\s+(?:включать|выносить|поддержать|поддерживать|согласиться|соглашаться|утверждать|одобрять|принимать|согласовывать|рекомендовать)|\bотклонено\b|\bоставить\s+без\s+(?:удовлетворения|рассмотрения)",
    re.I,
)
_DESIGNATION = re.compile(
    r"^\W*(?:определить|назначить|избрать|считать|признать|наделить|закрепить|утвердить|установить|присвоить)\b.{0,250}?(?:ответственн|оператор|пилотн|базов\w*\s+площадк|координатор|уполномоченн|головн|опорн|площадк|куратор|заказчик|секретар|председател|администратор|организатор|исполнител)",
    re.I | re.S,
)
ROLE_FIRST = re.compile(
    r"^\W*(?:ответственн(?:ым|ой|ыми)|куратор\w+|координатор\w+|председателем|секретар[её]м|оператором|организатор\w+|уполномоченн(?:ым|ой|ыми))"
    r"\s[^.;]{0,200}?\b(?:определить|назначить|избрать|считать|утвердить)\s+",
    re.I,
)
"""The role before the verb: «Ответственным за приём назначить …»."""
_LAID_ON = re.compile(r"^\W*(?P<what>[А-ЯЁ][а-яё]+)\b[^;.]{2,200}?\s(?:возложить\s+на|закрепить\s+за)\s")
_NAMED_TO_POST = re.compile(
    r"^\W*(?:(?:персональную\s+)?ответственность\b[^.;]{0,200}\bвозложить\s+на|"
    r"назначить(?!\s+(?:[а-яё]+(?:ые|ее|ую)\s+)?(?:слушани|дат[уы]\b|заседани|совещани|собрани|конференци|выбор|голосовани|обсуждени|опрос))|избрать(?!\s+(?:[а-яё]+ую\s+)?(?:группу|комиссию|совет|штаб|правление|комитет|президиум)\b)|определить|наделить|закрепить|возложить\s+(?:на|обязанности|функции|полномочия))",
    re.I,
)
_APPROVAL = re.compile(
    r"^\W*(?:утвердить|одобрить|согласиться|согласовать|создать|образовать|сформировать\s+(?:рабочую|комиссию|штаб|группу)|снять\s+с\s+контроля|признать|считать|"
    r"поддержать|принять|внести\s+изменени|включить\s+в\s+состав|вывести\s+из\s+состава|исключить\s+из|ввести\s+в\s+состав|отменить|установить|продлить|перенести|отложить|присвоить"
    r"|допустить|приостановить|возобновить|зачислить|отчислить|перевести|освободить|премировать|поощрить|присудить|аннулировать"
    r"|делегировать|подтвердить|засчитать|аккредитовать|отозвать|лишить"
    r"|избрать|наградить|поздравить|поблагодарить|объявить|изложить|дополнить|упразднить|прекратить|считать|выразить|ввести|переименовать|реорганизовать|учредить|снять|оставить\s+(?:[^.;]{0,60}\s)?на\s+контроле|закрыть|назначить|выдвинуть|разрешить|поставить\s+на\s+(?:уч[её]т|контроль))[а-яё]*\b",
    re.I,
)
_RECOMMENDATION = re.compile(
    r"^\W*(?:(?:рекомендовать|предложить|просить|порекомендовать|попросить|рекомендуется|предлагается|ходатайствовать|считать\s+целесообразным\s+рекомендовать)\b|[^():]{3,150}\(рекомендовать\))",
    re.I,
)
_INTRODUCTION = re.compile(r"^\W*(?:по|в|на|с|за|согласно|учитывая|руководствуясь|рассмотрев|заслушав|обсудив)\s", re.I)
_NOMINATION = re.compile(
    r"^\W*(?:рекомендовать|представить)\s+(?:[^.;,]{3,120}\s)?(?:к|для)\s+[а-яё]+(?:ению|анию|ованию|ения|ования|аче|ачи|ации|ите|ати)\b",
    re.I,
)
"""What is recommended, not who is told: «Рекомендовать к выдвижению работу …»."""
_DONE_TO = re.compile(
    r"^\W*[А-ЯЁа-яё][^;]{2,250}?\s(?:утвердить|одобрить|согласовать|поддержать|признать|считать|отложить|перенести|снять\s+с\s+(?:контроля|рассмотрения|повестки))\b[^;]{0,80}$",
    re.S,
)
"""An act of the decision itself with what it is done to in front: «Работу комиссии признать удовлетворительной»."""
_PUT_OFF = re.compile(r"\s(?:отложить|перенести)\b")
_IN_FORCE = re.compile(r"^\W*(?:настоящ\w+\s+)?[а-яё]+\s+вступа\w+\s+в\s+силу", re.I)
_STATED = re.compile(
    r"^\W*\w+,\s+что\b|^\W*(?:назначить|считать|признать)\b|^\W*(?:продлить|перенести|установить)\s+(?:контрольный\s+)?срок"
    r"|^\W*принять\s+в\s+(?:члены|состав|число)\b|^\W*(?:перенести|отложить)\s+(?:рассмотрени|вопрос|заседани|решени)",
    re.I,
)


def names_late(text: str) -> bool:
    """Whether a designation says who after what: «Ответственным за … назначить …», «Организацию … возложить на …»."""
    laid_on = _LAID_ON.match(text)
    return bool(ROLE_FIRST.match(text)) or (laid_on is not None and "accs" in morphology.cases(laid_on["what"]))


def _act(text: str) -> str:
    """`text` from its verb on, where an introduction stands before: «По результатам голосования | считать …»."""
    if not _INTRODUCTION.match(text):
        return text
    return next((text[m.start() :] for m in re.finditer(r"[а-яё]+", text) if morphology.is_infinitive(m[0])), text)


def is_control(text: str) -> bool:
    """Whether `text` says who is to control the execution."""
    return _CONTROL.search(text) is not None


def kind_of(text: str, *, addressed: bool, dated: bool, heads: tuple[str, ...] = ()) -> Kind:
    """The kind of a point by its text.

    `addressed` says that a party is told to do it, `dated` that it has a deadline of its own, `heads` are the texts
    of the items above it. Standing assignments are told apart later, by the deadline.
    """
    text = text.strip(" ;")
    if is_control(text):
        return "control"
    if names_late(text):
        return "designation"
    if _REJECTION.search(text):
        return "rejection"
    if _INFORMATION.search(text) and not (addressed and not _NOTED.match(text)):
        return "information"
    if _NOMINATION.match(text) and not addressed:
        return "approval"
    if _RECOMMENDATION.match(text) or any(_RECOMMENDATION.match(head) for head in heads):
        return "recommendation"
    if not addressed:
        if _DESIGNATION.match(text) or _NAMED_TO_POST.match(text):
            return "designation"
        act = _act(text)
        if _APPROVAL.match(act) and (not dated or _STATED.match(act)):
            return "approval"
        if _IN_FORCE.match(text) or (_DONE_TO.match(text) and (not dated or _PUT_OFF.search(text))):
            return "approval"
    return "assignment"
