"""Random models small enough to be played in every way, with each kind of element where it decides something."""

from contextlib import contextmanager
from dataclasses import dataclass

from hypothesis import strategies as st

from dependencies.models import Coming, Models, nodes, outline
from resolute.bpmn import build

PLAIN = ("user", "user", "parallel", "exclusive", "inclusive", "sub", "call", "many", "guarded", "first")
TURNS = ("loop", "rounds", "twice")
"""Kinds in which something may happen more than once."""
CUTS = ("cut", "halt", "fails")
"""Kinds that end what is beside them."""
KINDS = (*PLAIN, *TURNS, *CUTS)


@st.composite
def small(draw, block, most=3, kinds=KINDS, alone=False):
    """Models whose first process begins with a task and `block`, a kind of element or one inside another: `sub>user`.

    The process is alone, or there are messages to and from a second one.
    """
    block, _inside, inside = block.partition(">")
    return _Small(draw, kinds, most, block, inside).models(alone)


@dataclass(frozen=True)
class Guard:
    """What is attached to an activity."""

    id: str
    trigger: build.Trigger
    row: tuple
    interrupting: bool = True

    def __str__(self):
        return f"{self.id}[{self.trigger.name or self.trigger.kind}]: {' '.join(outline(self.row))}"


class _Small(Coming):
    """Gives each message one receiver, and sends it where no choice decides whether: messages never contradict."""

    def __init__(self, draw, kinds, most, block, inside):
        super().__init__(draw, kinds, most, block)
        self.nested = inside
        """What stands first inside of the block."""
        self.guards = {}
        self.inner = {}
        self.post = []
        """The messages that the process in hand has still to send or to wait for."""
        self.sends = False
        """Whether that process sends anything."""
        self.once = self.sure = True
        """Whether what is drawn happens at most once, and whatever is chosen."""

    def models(self, alone):
        draw = self.draw
        self.most = self.left
        two = not alone and not {self.first, self.nested} & set(TURNS) and draw(st.booleans())
        if two:
            self.kinds = tuple(kind for kind in self.kinds if kind not in TURNS)
        first, second = self._messages() if two else ([], [])
        rows = {"p0": self.whole(self.first, first)}
        if two:
            rows["p1"] = self.whole(draw(st.sampled_from(("user", *self.kinds))), second)
        groups = ["1"] * len(rows)
        if two and draw(st.booleans()):
            sent = [self.letter(letter) for letter in (*first, *second) if letter[0] == "throw"]
            rows["stranger"] = [self.user(self.name()), *sent]
            groups.append("2")
        self.data |= {f"x{number}": 0 for number in range(1, 10)} | {"people": ["A", "B"], "key": "k", "other": "o"}
        documents = [self.document(name, row) for name, row in {**self.inner, **rows}.items()]
        shown = tuple(f"{name}: {' '.join(outline(row))}" for name, row in {**rows, **self.inner}.items())
        guards = tuple(str(guard) for guard in self.guards.values())
        return Models(tuple(documents), tuple(rows), self.data, shown + guards, tuple(groups))

    def whole(self, block, post):
        """A process: a task, the block, and something behind."""
        self.left, self.post = self.most, list(post)
        self.sends = any(kind == "throw" for kind, *_rest in post)
        parts = [[self.user(self.name())], self.block(block, self.kinds, 2), self.row(self.kinds, 0)]
        for letter in self.post:
            parts.insert(self.draw(st.integers(0, len(parts))), [self.letter(letter)])
        return [item for part in parts for item in part]

    # --- messages ---

    def _messages(self):
        """What each of two processes sends and waits for."""
        draw = self.draw
        found = ([], [])
        for number in range(draw(st.integers(1, 3))):
            taker = draw(st.sampled_from((0, 0, 1)))
            keyed = draw(st.booleans())
            name = f"message {number}"
            found[taker].append(("catch", name, "=key" if keyed else ""))
            for _sender in range(draw(st.sampled_from((1, 1, 2)))):
                found[1 - taker].append(("throw", name, "=key" if keyed else ""))
            if keyed:
                found[draw(st.integers(0, 1))].append(("throw", name, "=other"))
        return found

    def letter(self, letter):
        """A message sent or waited for."""
        kind, name, key = letter
        options = {"correlation": key} if key else {}
        if self.draw(st.booleans()):
            return (build.receive if kind == "catch" else build.send)(self.name(), name, **options)
        return (build.catch if kind == "catch" else build.throw)(self.name(), build.message(name), **options)

    def row(self, kinds, depth):
        items = []
        for _number in range(self.draw(st.integers(1, 2))):
            if self.post and self.may_post() and self.draw(st.integers(0, 2)):
                items.append(self.letter(self.post.pop(0)))
            items.extend(self.items(kinds, depth))
        return items

    def may_post(self):
        """Whether the next message may stand here: behind a choice only where nothing is sent that hangs on it."""
        return self.once and (self.sure or not self.sends)

    @contextmanager
    def _inside(self, kind):
        """What is drawn inside of a block of some kind."""
        was = self.once, self.sure
        self.once = self.once and kind not in (*TURNS, "each")
        self.sure = self.sure and kind in ("user", "parallel", "sub", "call")
        yield
        self.once, self.sure = was

    # --- blocks ---

    def items(self, kinds, depth):
        if not self.nested or not depth:
            return super().items(kinds, depth)
        kind, self.nested = self.nested, ""
        return self.block(kind, kinds, depth)

    def block(self, kind, kinds, depth):
        with self._inside(kind):
            if kind in TURNS:
                kinds = tuple(kind for kind in kinds if kind != "call")
            if kind == "guarded":
                return self.guarded(kinds, depth)
            if kind == "fails":
                return self.fails(kinds, depth)
            if kind == "halt":
                ends = [*self.row(kinds, 0), build.end(self.name(), trigger=build.TERMINATE)]
                return [build.parallel(self.row(kinds, depth - 1), ends, id=self.name())]
            return super().block(kind, kinds, depth)

    def item(self, kind, kinds, depth):
        if kind != "call":
            return super().item(kind, kinds, depth)
        process = self.name("inner")
        inside = tuple(kind for kind in kinds if kind not in ("call", *TURNS))
        post, self.post = self.post, []
        self.inner[process] = [self.user(self.name()), *self.row(inside, depth - 1)]
        self.post = post
        return build.call(self.name("call_"), process)

    def guarded(self, kinds, depth):
        """An activity from which an event leads away: to an end, or to what comes next."""
        draw = self.draw
        kind = draw(st.sampled_from(("user", "sub", "call"))) if depth > 1 else "user"
        host = self.item(kind, kinds, depth - 1)
        trigger = draw(st.sampled_from((build.timer(after="P3D"), build.message(self.name("outside ")))))
        return self.attached(host, trigger, not self.once or draw(st.booleans()), kinds)

    def fails(self, kinds, depth):
        """A sub-process that an error may end."""
        wrong = [self.condition(), build.end(self.name(), trigger=build.error("E"))]
        body = [*self.row(kinds, 0), build.exclusive(wrong, [build.otherwise(), *self.row(kinds, 0)], id=self.name())]
        if self.draw(st.booleans()):
            body = [build.parallel(body, self.row(kinds, depth - 1), id=self.name())]
        host = build.sub(self.name(), [build.start(self.name()), *body, build.end(self.name())])
        return self.attached(host, build.error("E"), True, kinds)

    def attached(self, host, trigger, interrupting, kinds):
        """An activity with a boundary event; when that interrupts, it may lead on behind the activity."""
        merge = self.name("merge")
        row = self.row(kinds, 0) if self.draw(st.booleans()) else []
        goes_on = interrupting and self.draw(st.booleans())
        ends = [build.TERMINATE, None]
        row.append(build.goto(merge) if goes_on else build.end(self.name(), trigger=self.draw(st.sampled_from(ends))))
        self.guards[host.id] = Guard(self.name("event"), trigger, tuple(row), interrupting)
        return [host, build.gateway("exclusive", merge)] if goes_on else [host]

    # --- documents ---

    def document(self, name, row):
        """A process as a document."""
        process = build.process(name)
        process.start().then(*row).end()
        self.attach(process, row)
        return process.document()

    def attach(self, scope, row):
        """Places the boundary events of a scope, and of those inside it."""
        for node in nodes(row, deep=False):
            if node.id in self.guards:
                guard = self.guards[node.id]
                scope.boundary(node.id, guard.id, guard.trigger, interrupting=guard.interrupting).then(*guard.row)
            if node.body:
                self.attach(scope.inside(node.id), node.body)
