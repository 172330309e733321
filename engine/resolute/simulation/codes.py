"""The small whole numbers that the kernel's tables are made of; plain constants, so that compiled code folds them."""

from __future__ import annotations

from typing import Final

# Body: what happens between entering and leaving a node.
BODY_PASS: Final = 0
BODY_TASK: Final = 1  # takes an amount of work, of its units where it has any
BODY_WAIT: Final = 2  # until its own event
BODY_GATE: Final = 3  # until the first of the events after it
BODY_SCOPE: Final = 4  # a sub-process, a called process, a whole process
BODY_SEND: Final = 5  # a message or signal goes out
BODY_TERMINATE: Final = 6
BODY_RAISE: Final = 7  # an error or escalation goes to its handler
BODY_SET: Final = 8  # gives values to variables
BODY_UNDO: Final = 9  # compensation: undoes what was done, latest first
BODY_CANCEL: Final = 10  # the same for a transaction, which then ends by its handler

BODY_LOOK: Final = 11  # whether an ad-hoc sub-process is complete is seen when nothing moves any more

# Join: when a node with several incoming flows is entered.
JOIN_EACH: Final = 0
JOIN_ALL: Final = 1
JOIN_REACHABLE: Final = 2  # an inclusive join: no further token can come
JOIN_COMPLEX: Final = 3  # when its condition holds; then it waits for the rest

# Split: which outgoing flows get a token.
SPLIT_ALL: Final = 0
SPLIT_ONE: Final = 1
SPLIT_SOME: Final = 2
SPLIT_FIRST: Final = 3  # the first whose condition holds
SPLIT_ANY: Final = 4  # like some, also none

# Way: how a flow of a SOME or FIRST split is taken.
WAY_CHANCE: Final = 0  # by its condition or its probability
WAY_DEFAULT: Final = 1  # when no other is
WAY_REST: Final = 2  # by its probability, and when no other is
WAY_ALWAYS: Final = 3  # always; does not keep the default from being taken

# Copies of an activity: how many instances a multi-instance has; 0 for none, -1 for so many as are drawn.
ASKS_FIRST: Final = -2  # none, and a loop that asks before its first round

# Arm: what makes an event happen.
ARM_NEVER: Final = 0
ARM_DELAY: Final = 1  # an amount of time on the clock
ARM_WORK: Final = 2  # an amount of working time
ARM_MOMENT: Final = 3  # at a date
ARM_MESSAGE: Final = 4
ARM_SIGNAL: Final = 5
ARM_CHANCE: Final = 6  # with a probability when its activity is done
ARM_CONDITION: Final = 7  # when a condition comes to hold

# Operation: what a program of a condition or value does; operands come from a stack.
OP_END: Final = 0
OP_NUMBER: Final = 1
OP_VARIABLE: Final = 2
OP_LOCAL: Final = 3
OP_ADD: Final = 4
OP_SUBTRACT: Final = 5
OP_MULTIPLY: Final = 6
OP_DIVIDE: Final = 7
OP_EQUAL: Final = 8
OP_LESS: Final = 9
OP_AT_MOST: Final = 10
OP_AND: Final = 11
OP_OR: Final = 12
OP_NOT: Final = 13
OP_IF: Final = 14
OP_IS_NULL: Final = 15
OP_AMOUNT: Final = 16  # draws from a distribution
OP_CHOOSE: Final = 17  # one of so many values, which stand after it with their cumulative probabilities
MAX_STACK: Final = 32

# Local: what a program may ask of the element that it belongs to.
LOCAL_ROUND: Final = 0  # loopCounter
LOCAL_COUNT: Final = 1  # numberOfInstances
LOCAL_ACTIVE: Final = 2  # numberOfActiveInstances
LOCAL_COMPLETED: Final = 3  # numberOfCompletedInstances
LOCAL_TERMINATED: Final = 4  # numberOfTerminatedInstances
LOCAL_ACTIVATION: Final = 5  # activationCount
LOCAL_STARTING: Final = 6  # waitingForStart
LOCALS: Final = 7

# Amount: how a distribution is drawn.
AMOUNT_UNIFORM: Final = 0
AMOUNT_TABLE: Final = 1
AMOUNT_SAMPLE: Final = 2

# Number: places in `Tables.numbers`.
N_NODES: Final = 0
N_STEPS: Final = 1
N_MESSAGES: Final = 2
N_CASES: Final = 3
N_WARM_UP: Final = 4
N_MAX_EVENTS: Final = 5
N_ARRIVAL_AMOUNT: Final = 6
N_ARRIVAL_CALENDAR: Final = 7
N_TRACK: Final = 8
N_HISTOGRAM: Final = 9
N_LOG: Final = 10
N_POOLS: Final = 11
N_UNITS: Final = 12
N_SCOPES: Final = 13
N_ROOT: Final = 14
N_ARRIVAL: Final = 15  # the element that draws the times between arrivals
N_ARRIVAL_ON_CLOCK: Final = 16
N_GIVEN: Final = 17
N_CALENDARS: Final = 18
N_BODIES: Final = 19  # nodes, without the arrivals and common factors that also draw
N_VARIABLES: Final = 20
N_CONDITIONS: Final = 21  # conditional events
N_AT_ONCE: Final = 22  # moves after which time must have gone on

# Limit: places in `Tables.limits`.
LIMIT_HORIZON: Final = 0
LIMIT_START: Final = 1

# Register: places in `State.reg`; those below R_KEPT are cleared for each replication.
R_STATUS: Final = 0
R_SEQUENCE: Final = 1
R_ITEM_TOP: Final = 2
R_ITEM_FREE: Final = 3
R_FRAME_TOP: Final = 4
R_SLOT_TOP: Final = 5
R_RECORD_TOP: Final = 6
R_WAIT_TOP: Final = 7
R_WAIT_FREE: Final = 8
R_PENDING: Final = 9
R_CASE_TOP: Final = 10
R_CASE_FREE: Final = 11
R_CASES_STARTED: Final = 12
R_CASES_DONE: Final = 13
R_EVENTS: Final = 14
R_CAUSE: Final = 15
R_HEAP: Final = 16
R_HOLE: Final = 17
R_EVENT_TOP: Final = 18
R_EVENT_FREE: Final = 19
R_TODO: Final = 20
R_UNDO_TOP: Final = 21
R_LIMIT: Final = 22  # of R_EVENTS, until it is asked whether time has gone on
R_KEPT: Final = 23
R_ROW: Final = 23
R_REPLICATION: Final = 24
R_PREFILLED: Final = 25
R_ALL_EVENTS: Final = 26
R_ALL_TASKS: Final = 27
R_CUT: Final = 28
R_STUCK: Final = 29
R_FAILED: Final = 30
R_LOG: Final = 31
R_SHORT: Final = 32
R_ROOM: Final = 33  # the first of the rooms
R_SIZE: Final = 44

# Room: how long the columns are that grow with what goes on at once.
ROOM_ITEMS: Final = 0
ROOM_FRAMES: Final = 1
ROOM_COUNTERS: Final = 2
ROOM_RECORDS: Final = 3
ROOM_WAITS: Final = 4
ROOM_PENDING: Final = 5
ROOM_CASES: Final = 6
ROOM_EVENTS: Final = 7
ROOM_TODO: Final = 8
ROOM_LOG: Final = 9
ROOM_UNDO: Final = 10
ROOMS: Final = 11

# Status: how a replication ended.
STATUS_DONE: Final = 0
STATUS_FULL: Final = 1  # a room was too small: again with a larger one
STATUS_CUT: Final = 2  # stopped at the horizon or at the largest number of events
STATUS_TURNS: Final = 3  # tokens move in a circle in which no time passes

# Phase: where an item stands.
PHASE_FREE: Final = 0
PHASE_QUEUED: Final = 1
PHASE_WORKING: Final = 2
PHASE_WAITING: Final = 3
PHASE_OPEN: Final = 4  # a scope or the parent of several copies
PHASE_DROPPED: Final = 5  # cancelled, still in a queue

# Step: kinds of entries on the list of things to do at once.
DO_FLOW: Final = 0
DO_ENTER: Final = 1
DO_CLOSE: Final = 2

# Pending: what waits until nothing moves is a join, or
LOOKS: Final = -1  # an ad-hoc sub-process

# Given: what stands open at the start of a forecast from a live state.
GIVEN_OPEN: Final = 0
GIVEN_ITEM: Final = 1
GIVEN_FLOW: Final = 2
GIVEN_MESSAGE: Final = 3
GIVEN_DONE: Final = 4  # something done in a frame, which may be undone
GIVEN_KEPT: Final = 5  # the same for the loop or compensation event given before
GIVEN_TURN: Final = 6  # an activity of those done one at a time that was begun
GIVEN_ARMED: Final = 7  # an event that the activity or event given before waits for
GIVEN_GATE: Final = 8  # a complex gateway that waits for the rest of its tokens

# Bins of a histogram of seconds: 64 for each of 36 doublings from a millisecond on, bin 0 for less.
BINS: Final = 2305

MAX_LOG: Final = 1_000_000  # rows of the log of executed activities that are kept
