"""Random registers for schedules and pictures."""

from datetime import date, timedelta

from hypothesis import strategies as st

from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question

MEETING = date(2022, 4, 21)
PARTIES = ("Министерство образования", "Главное управление <по труду> & занятости", "ЧОАР «Союз»")


@st.composite
def registers(draw, most=7, days=8):
    """Points that wait only for earlier ones, many of them due within a few days of each other."""
    count = draw(st.integers(1, most))
    points = []
    for number in range(count):
        ref = f"{number % 2 + 1}.{number + 1}"
        after = draw(st.lists(st.sampled_from(range(number)), unique=True, max_size=3)) if number else []
        due = draw(st.none() | st.integers(0, days))
        day = MEETING + timedelta(days=due) if due is not None else None
        points.append(
            Point(
                ref,
                number % 2 + 1,
                draw(st.text(max_size=20)),
                draw(st.sampled_from(("assignment", "assignment", "assignment", "information"))),
                tuple(Party(name) for name in draw(st.lists(st.sampled_from(PARTIES), unique=True, max_size=2))),
                Deadline("", "date", day, day) if day else Deadline(),
                tuple(Dependency(points[other].ref) for other in after),
            )
        )
    questions = (Question(1, "О первом"), Question(2, "О втором"))
    return Protocol("7", MEETING, "Совет", tuple(points), questions)
