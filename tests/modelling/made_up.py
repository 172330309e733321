"""Random protocols: any mixture of kinds, deadlines, parties and acyclic dependencies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

from hypothesis import strategies as st

from resolute.protocols.values import (
    Deadline,
    DeadlineType,
    Dependency,
    Kind,
    Party,
    Point,
    Protocol,
    Question,
    Then,
)

ISSUED = date(2022, 4, 21)

parties = st.builds(
    Party,
    st.sampled_from(["Министерство труда", "Совет «Рост»", "Комитет & партнёры", "Иванов И.И.", "Главы городов"]),
    st.booleans(),
)
deadlines = st.builds(
    Deadline,
    text=st.sampled_from([None, "до 1 июля 2022 года", "постоянно", "ежеквартально"]),
    type=st.sampled_from(get_args(DeadlineType)),
    due=st.none() | st.integers(-5, 900).map(lambda days: ISSUED + timedelta(days=days)),
    then=st.none() | st.sampled_from(get_args(Then)),
    recurring=st.none() | st.sampled_from(["weekly", "monthly", "quarterly", "yearly", "on_demand"]),
)
texts = st.sampled_from(
    [
        "Министерству труда разработать порядок;",
        "Принять информацию к сведению",
        "=key",
        "${lead} \"в кавычках\" <и> & 'знаками'",
        "сформировать рабочую группу по подготовке кадров",
        "представить информацию на заседание Совета",
        "Obtain the approval of the council",
        "",
    ]
)


@st.composite
def protocols(draw: st.DrawFn, most: int = 12, confirmed: bool = True) -> Protocol:
    """A protocol whose dependencies have no circle; refs, agenda and the order of the document are free."""
    count = draw(st.integers(1, most))
    agendas = draw(st.lists(st.integers(1, 3) | st.none(), min_size=count, max_size=count))
    refs = [f"{agenda or 'п'}.{number}" for number, agenda in enumerate(agendas)]
    rank = draw(st.permutations(range(count)))
    points = []
    for number, (ref, agenda) in enumerate(zip(refs, agendas, strict=True)):
        earlier = [refs[other] for other in range(count) if rank[other] < rank[number]]
        after = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
        points.append(
            Point(
                ref,
                agenda,
                draw(texts),
                draw(st.sampled_from(get_args(Kind))),
                tuple(draw(st.lists(parties, max_size=3))),
                draw(deadlines),
                tuple(Dependency(other, "по тексту", confirmed=confirmed) for other in after),
                line=number + 1,
            )
        )
    return Protocol(
        draw(st.sampled_from(["2/2022", "17-ПС", None])),
        draw(st.sampled_from([ISSUED, None])),
        draw(st.sampled_from(["областной Совет по кадровой политике", None])),
        tuple(points),
        questions=tuple(Question(number, f"О вопросе {number}") for number in (1, 2)),
    )
