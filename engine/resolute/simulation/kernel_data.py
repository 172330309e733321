"""Kernel, part 4: variables of a case: programs that work out values and conditions, and who waits for what."""

from __future__ import annotations

from resolute.simulation.codes import (
    ARM_SIGNAL,
    N_CONDITIONS,
    N_MESSAGES,
    N_VARIABLES,
    OP_ADD,
    OP_AMOUNT,
    OP_AND,
    OP_AT_MOST,
    OP_CHOOSE,
    OP_DIVIDE,
    OP_END,
    OP_EQUAL,
    OP_IF,
    OP_IS_NULL,
    OP_LESS,
    OP_LOCAL,
    OP_MULTIPLY,
    OP_NOT,
    OP_NUMBER,
    OP_SUBTRACT,
    OP_VARIABLE,
    R_WAIT_FREE,
    R_WAIT_TOP,
    ROOM_WAITS,
)
from resolute.simulation.kernel_draw import draw, draw_amount
from resolute.simulation.kernel_events import has_room, push
from resolute.simulation.tables import State, Tables

NOTHING = float("nan")
"""A variable that has no value, or none that is a number, a truth value or a text."""

# --- programs ---


def evaluate(t: Tables, s: State, program: int, case: int, element: int) -> float:
    """What a program gives for a case; what it draws are numbers of `element`. Truth is 1, null is not a number."""
    at = program
    top = -1
    while t.op[at] != OP_END:
        op = t.op[at]
        if op == OP_CHOOSE:
            count = int(t.operand[at])
            u = draw(t, s, element)
            way = at + 1
            at += 2 * count
            while way < at - 1 and u >= t.operand[way]:
                way += 2
            top += 1
            s.stack[top] = t.operand[way + 1]
        elif op in (OP_NUMBER, OP_VARIABLE, OP_LOCAL, OP_AMOUNT):
            top += 1
            s.stack[top] = operand(t, s, at, case, element)
        elif op == OP_NOT:
            s.stack[top] = 1.0 if s.stack[top] <= 0.5 else 0.0
        elif op == OP_IS_NULL:
            s.stack[top] = 1.0 if s.stack[top] != s.stack[top] else 0.0
        elif op == OP_IF:
            top -= 2
            s.stack[top] = s.stack[top + 1] if s.stack[top] > 0.5 else s.stack[top + 2]
        else:
            top -= 1
            s.stack[top] = combined(op, s.stack[top], s.stack[top + 1])
        at += 1
    return s.stack[0]


def operand(t: Tables, s: State, at: int, case: int, element: int) -> float:
    """What an operation puts on the stack by itself."""
    op, what = t.op[at], t.operand[at]
    if op == OP_NUMBER:
        return what
    if op == OP_VARIABLE:
        return s.value[case * t.numbers[N_VARIABLES] + int(what)]
    if op == OP_LOCAL:
        return s.local[int(what)]
    return draw_amount(t, s, element, int(what))


def combined(op: int, a: float, b: float) -> float:
    """Two values by an operation; a comparison with null is false, arithmetic with it gives null."""
    if op == OP_ADD:
        return a + b
    if op == OP_SUBTRACT:
        return a - b
    if op == OP_MULTIPLY:
        return a * b
    if op == OP_DIVIDE:
        return a / b if b != 0.0 else NOTHING
    if op == OP_EQUAL:
        found = a == b
    elif op == OP_LESS:
        found = a < b
    elif op == OP_AT_MOST:
        found = a <= b
    elif op == OP_AND:
        found = a > 0.5 and b > 0.5
    else:
        found = a > 0.5 or b > 0.5
    return 1.0 if found else 0.0


def holds(t: Tables, s: State, program: int, case: int, element: int) -> bool:
    """Whether a condition holds."""
    return evaluate(t, s, program, case, element) > 0.5


def assign(t: Tables, s: State, node: int, case: int) -> None:
    """Gives the variables that a node sets their values, and wakes what waits for that."""
    base = case * t.numbers[N_VARIABLES]
    for k in range(t.set_lo[node], t.set_hi[node]):
        s.value[base + t.set_variable[k]] = evaluate(t, s, t.set_program[k], case, node)
    for k in range(t.numbers[N_CONDITIONS]):
        event = t.condition_node[k]
        queue = case * t.numbers[N_MESSAGES] + t.message[event]
        held = holds(t, s, t.test[event], case, event)
        if held and s.buffered[queue] == 0:
            wake(s, queue, True)
        s.buffered[queue] = int(held)


# --- waiting ---


def await_condition(t: Tables, s: State, item: int, event: int) -> None:
    """Makes an event wait for its condition; it happens at once where that holds already."""
    case = s.frame_case[s.frame[item]]
    queue = case * t.numbers[N_MESSAGES] + t.message[event]
    held = holds(t, s, t.test[event], case, event)
    s.buffered[queue] = int(held)
    if held:
        push(s, s.now[0], item, event)
    else:
        await_message(s, queue, item, event)


def await_message(s: State, queue: int, item: int, event: int) -> None:
    """Adds an event to those that wait for a message."""
    wait = s.reg[R_WAIT_FREE]
    if wait >= 0:
        s.reg[R_WAIT_FREE] = s.wait_next[wait]
    else:
        wait = s.reg[R_WAIT_TOP]
        if not has_room(s, ROOM_WAITS, wait + 1):
            return
        s.reg[R_WAIT_TOP] = wait + 1
    s.wait_item[wait] = item
    s.wait_generation[wait] = s.generation[item]
    s.wait_node[wait] = event
    s.wait_next[wait] = -1
    if s.wait_first[queue] < 0:
        s.wait_first[queue] = wait
    else:
        s.wait_next[s.wait_last[queue]] = wait
    s.wait_last[queue] = wait


def wake(s: State, queue: int, everyone: bool) -> bool:
    """Lets the first that waits go on, or everyone; whether anyone did."""
    taken = False
    while s.wait_first[queue] >= 0 and (everyone or not taken):
        wait = s.wait_first[queue]
        s.wait_first[queue] = s.wait_next[wait]
        item = s.wait_item[wait]
        if s.generation[item] == s.wait_generation[wait]:
            taken = True
            push(s, s.now[0], item, s.wait_node[wait])
        s.wait_next[wait] = s.reg[R_WAIT_FREE]
        s.reg[R_WAIT_FREE] = wait
    return taken


def send(t: Tables, s: State, node: int, case: int) -> None:
    """A message goes to the first that waits for it, else it is kept; a signal goes to all that wait now."""
    queue = case * t.numbers[N_MESSAGES] + t.message[node]
    signal = t.arm[node] == ARM_SIGNAL
    if not wake(s, queue, signal) and not signal:
        s.buffered[queue] += 1
