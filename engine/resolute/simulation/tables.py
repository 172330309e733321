"""What the kernel reads and what it writes: flat columns, as lists for plain Python and arrays for compiled code."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Ints: TypeAlias = list[int]
Floats: TypeAlias = list[float]


class Tables(NamedTuple):
    """The model. Node columns are indexed by node; a run `lo..hi` of another column belongs to a node or unit."""

    # nodes
    body: Ints
    join: Ints
    split: Ints
    out_lo: Ints
    out_hi: Ints
    chooser: Ints  # the node that draws which of several ways is taken: itself or the gateway behind it
    in_count: Ints
    slot: Ints  # place of a joining node's counter within its frame
    amount: Ints  # distribution of work or delay
    later: Floats  # part of it that every execution after the first takes
    calendar: Ints
    arm: Ints
    message: Ints
    chance: Floats
    interrupts: Ints
    repeats: Ints  # how often a timer fires; -1 without end
    scope: Ints  # the scope that a SCOPE node opens, -1
    handler: Ints  # where a RAISE node leads: boundary event or event sub-process start
    owner: Ints  # the scope in which a node stands
    event_scope: Ints  # START of an event sub-process -> its SCOPE node
    host: Ints  # the activity of a boundary event, -1
    step: Ints  # place in the measures, -1
    credit: Ints  # the step that its work counts for: its own or that of the call around it
    copies: Ints  # instances of a multi-instance, 0 for none, -1 drawn from `copies_amount`, or ASKS_FIRST
    copies_amount: Ints
    sequential: Ints
    again: Floats  # probability that a loop goes round again
    until: Floats  # probability that a multi-instance is complete after each copy
    loop_limit: Ints
    test: Ints  # the program of a condition: of a loop, a multi-instance, a complex gateway, a conditional event; -1
    rest: Ints  # where a complex gateway goes on when it has all of its tokens, -1
    need: Ints  # how many triggers an event needs, each a node like this one
    digit: Ints  # the place in which they are counted
    # compensation
    leaves_marks: Ints  # whether it sets variables or can be undone
    undoable: Ints  # whether it is remembered that a node was done
    undo: Ints  # the activity that undoes it, -1
    undo_scope: Ints  # of a compensation event: the scope that it undoes
    undo_node: Ints  # the activity that it undoes, -1 for all
    # armed events of an activity or scope item; events behind an event-based gateway
    event_lo: Ints
    event_hi: Ints
    event_node: Ints
    # flows, in the order of their source's `out`
    out_target: Ints
    out_slot: Ints  # place of a flow's counter within its frame, -1 where it leads to no join
    out_share: Floats  # cumulative for ONE, probability for SOME
    out_way: Ints  # how it is taken
    out_test: Ints  # the program of its condition, -1
    # scopes
    width: Ints  # counters of a frame
    start_lo: Ints
    start_hi: Ints
    start_node: Ints
    # ad-hoc sub-processes
    turn_lo: Ints  # scope -> what is done in it, one at a time
    turn_hi: Ints
    turn_node: Ints
    own_slot: Ints  # scope -> place of its own counters within a frame
    enough_test: Ints  # scope -> the program of its completion condition, -1
    enough_chance: Floats  # scope -> probability that it is complete after each activity
    # inclusive joins: for each of their flows, in order, which nodes reach it without passing the join
    or_row: Ints  # first row of a join, -1
    or_reach: Ints
    join_lo: Ints  # scope -> its joins
    join_hi: Ints
    join_node: Ints
    # units of work: parties and persons
    pool: Ints  # queue in which a task waits, -1
    rank: Floats  # who goes first in a queue: lowest
    lane: Ints  # the unit of a task that waits in a lane: a queue of one unit, without ranks; -1
    use_lo: Ints
    use_hi: Ints
    use_unit: Ints
    use_amount: Ints
    also_lo: Ints
    also_hi: Ints
    also_unit: Ints
    capacity: Ints
    unit_calendar: Ints
    unit_pool_lo: Ints
    unit_pool_hi: Ints
    unit_pool: Ints
    lane_pool: Ints  # the lane of a unit, -1
    # distributions
    kind: Ints
    loc: Floats
    scale: Floats
    base: Ints
    size: Ints
    values: Floats
    # variables: their values at the start of a case, which nodes set them by which programs, what waits for them
    initial: Floats
    set_lo: Ints
    set_hi: Ints
    set_variable: Ints
    set_program: Ints
    op: Ints
    operand: Floats
    condition_node: Ints
    # correlation of amounts: weight on the common factor, its element number, normal tables
    common: Ints
    weight: Floats
    normal: Floats
    phi: Floats
    # what has happened before the start
    spent: Floats  # working time that its first execution has already taken
    elapsed: Floats  # share of an activity's distribution that its first execution has outlived
    given_kind: Ints
    given_node: Ints
    given_frame: Ints
    given_count: Ints
    given_done: Ints
    given_time: Floats
    # calendars
    period: Floats
    total: Floats
    span_lo: Ints
    span_hi: Ints
    span_start: Floats
    span_end: Floats
    span_work: Floats  # working time before it
    day_lo: Ints
    day_span: Ints  # first span that ends after the beginning of a day
    work_lo: Ints
    work_span: Ints  # first span that ends after a multiple of the bucket
    bucket: Floats
    # the run
    numbers: Ints
    limits: Floats


class State(NamedTuple):
    """What the kernel writes: the tokens of one replication and the measures of the chunk."""

    reg: Ints
    now: Floats  # the moment, and that at which moves were last allowed
    keys: Ints
    first: Floats
    uniforms: Floats
    four: Floats  # the first uniform of each element in four replications: those of `four_group`
    four_group: Ints
    occurrence: Ints
    # items: running activities, waiting events, open scopes
    node: Ints
    frame: Ints
    generation: Ints
    phase: Ints
    before: Ints
    after: Ints
    enabled: Floats
    begun: Floats
    started: Floats
    worked: Floats
    cause: Ints
    unit: Ints
    left: Ints
    right: Ints
    order: Ints
    child: Ints
    group: Ints
    remaining: Ints  # of a multi-instance: copies to come
    rounds: Ints  # of a multi-instance: all its copies
    come: Ints  # triggers that have come of events that need several
    inner: Ints  # what was done inside a scope that is done
    kept: Ints  # what the rounds or copies of a loop have done; what a compensation event has still to undo
    # frames: open scopes
    frame_scope: Ints
    frame_item: Ints
    frame_tokens: Ints
    frame_first: Ints
    frame_base: Ints
    frame_case: Ints
    frame_closed: Ints
    frame_done: Ints  # the latest of what can be undone
    frame_next: Ints
    frame_generation: Ints
    frame_free: Ints
    counters: Ints
    # what will happen: a heap of times and events, and what the events are
    heap_time: Floats
    heap_event: Ints
    event_order: Ints
    event_item: Ints
    event_generation: Ints
    event_node: Ints
    # what is to be done at once: a stack
    todo_kind: Ints
    todo_what: Ints
    todo_frame: Ints
    todo_generation: Ints
    todo_cause: Ints
    # calendars: the first span of work that ends after now, and the beginning of its period
    mark_span: Ints
    mark_base: Floats
    # cases
    case_arrival: Floats
    case_number: Ints
    case_next: Ints
    # messages: queues of waiting events
    buffered: Ints
    wait_first: Ints
    wait_last: Ints
    wait_item: Ints
    wait_generation: Ints
    wait_node: Ints
    wait_next: Ints
    # inclusive joins that hold a token
    pending_frame: Ints
    pending_node: Ints
    pending_generation: Ints
    # what was done and can be undone
    done_node: Ints
    done_handler: Ints
    done_before: Ints
    done_inner: Ints
    # variables of cases, and what programs work with
    value: Floats
    stack: Floats
    local: Floats
    # units
    busy: Ints
    idle_since: Floats
    last_record: Ints
    queue: Ints  # pool: the root of a skew heap; of a lane its first item
    queue_last: Ints
    # records: the executed activities and what each waited for last
    record_node: Ints
    record_cause: Ints
    # measures
    finish: Floats  # replication x step: last completion, -1
    work: Floats  # replication x step: working time spent
    end: Floats  # replication: last event
    cycle: Floats  # replication x case: -1 where it did not end
    executed: Ints  # step
    sum_work: Floats
    sum_queue: Floats
    sum_calendar: Floats
    sum_cycle: Floats
    histogram: Ints
    unit_work: Floats
    unit_queue: Floats
    unit_tasks: Ints
    critical: Ints
    seen: Ints  # step: the last replication in which it was found to be critical
    # the log of executed activities
    log_run: Ints
    log_case: Ints
    log_node: Ints
    log_unit: Ints
    log_enabled: Floats
    log_started: Floats
    log_finished: Floats


FLOATS = frozenset(
    name for record in (Tables, State) for name, kind in record.__annotations__.items() if "Floats" in str(kind)
)
"""Columns of floats; all others hold whole numbers."""
