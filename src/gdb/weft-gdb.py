# src/gdb/weft-gdb.py - weft in gdb: what is in a channel, a queue, a task, a pool; what its threads do; stacks of stolen jobs.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   print queue        pretty printers for what users hold
#   weft threads       what each thread does, as far as weft knows
#   weft bt            the stack of this thread; where it runs what it has taken from another one, it goes on in that one's stack
#
# gdb loads it by itself if weft is a shared library that is installed below gdb's own prefix; otherwise: source weft-gdb.py.
# What the compiler has optimised away it says, instead of what would be there.
import re

import gdb
import gdb.printing

# --- what objects hold ------------------------------------------------------------------------------------------------


def plain(value):
    """The value in a weft::detail::atomic, cell or cache_padded."""
    while value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
        for name in ("value_", "_M_i"):
            if name in [f.name for f in value.type.strip_typedefs().fields()]:
                value = value[name]
                break
        else:
            break
    return value


def number(value):
    return int(plain(value))


def message_type(value):
    return value.type.strip_typedefs().template_argument(0)


class Gently:
    """A printer that says why when it cannot read an object."""

    def __init__(self, value):
        is_reference = value.type.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
        self.value = value.referenced_value() if is_reference else value

    def to_string(self):
        name = self.value.type.strip_typedefs().unqualified().name
        try:
            return f"{name}: {self.text()}"
        except (gdb.error, RuntimeError, ValueError) as e:
            return f"{name}: cannot be read ({e})"


class ArrayQueue(Gently):
    def indices(self):
        q = self.value
        head, tail, lap, capacity = (number(q[f]) for f in ("head_", "tail_", "one_lap_", "capacity_"))
        first, last = head & (lap - 1), tail & (lap - 1)
        size = last - first if first < last else capacity - first + last if first > last else 0 if head == tail else capacity
        return [(first + i) % capacity for i in range(size)]

    def text(self):
        return f"{len(self.indices())} of {number(self.value['capacity_'])}"

    def children(self):
        try:
            element = message_type(self.value)
            for i, at in enumerate(self.indices()):
                memory = self.value["slots_"][at]["value"].address
                yield f"[{i}]", memory.cast(element.pointer()).dereference()
        except (gdb.error, RuntimeError, ValueError):
            return

    def display_hint(self):
        return "array"


class SpscQueue(Gently):
    def text(self):
        q = self.value
        slots = int(q["end_"] - q["begin_"])
        return f"{int(plain(q['tail_']) - plain(q['head_'])) % slots} of {slots - 1}"


class SegQueue(Gently):
    def text(self):
        # Indices go up by two, and skip one at the end of each block (queue/detail/block_queue.hpp).
        q, step = self.value["queue_"], 2
        slots = plain(q["tail_"]["where"]).type.target()["slots"].type.range()[1] + 1
        lap = slots + 1
        before = lambda index: index // lap * slots + min(index % lap, slots)
        return f"{before(number(q['tail_']['index']) // step) - before(number(q['head_']['index']) // step)} elements"


class ChannelEnd(Gently):
    def text(self):
        core = self.value["core_"]
        if int(core) == 0:
            return "moved from"
        flavour = str(self.value["flavour_"]).rsplit("::", 1)[-1]
        kind = {"array": "bounded", "list": "unbounded"}.get(flavour, flavour)
        channel = core.dereference()
        sides = f"{number(channel['senders_'])} senders, {number(channel['receivers_'])} receivers"
        return f"{kind}{self.held(core, flavour)}, {sides}"

    def held(self, core, flavour):
        if flavour != "array":
            return ""
        try:
            channel = core.cast(self.array().pointer()).dereference()
            lap, mark, capacity = (number(channel[f]) for f in ("lap_", "mark_", "capacity_"))
            tail, head = number(channel["tail_"]), number(channel["head_"])
            at = lambda p: p // lap * capacity + (p & (mark - 1))
            return f", {min(capacity, max(0, at(tail & ~(lap - mark)) - at(head)))} of {capacity}"
        except (gdb.error, RuntimeError, ValueError):
            return ""

    def array(self):
        return gdb.lookup_type(f"weft::detail::channels::array_channel<{message_type(self.value)}>")


class BoundedQueue(Gently):
    def text(self):
        return ChannelEnd(self.value["ends_"]["first"]).text()


def function_of_frame(frame):
    """The coroutine that an address of a frame belongs to: its first word is the function that resumes it."""
    resume = gdb.Value(int(frame)).cast(gdb.lookup_type("unsigned long").pointer()).dereference()
    symbol = gdb.execute(f"info symbol {int(resume)}", to_string=True)
    if symbol.startswith("No symbol"):
        return "a coroutine that has ended"
    name = symbol.split(" + ")[0].split(" in section")[0]
    here = "(anonymous namespace)::"
    return name.replace(here, "\0").split("(")[0].replace("\0", here)


class Task(Gently):
    def text(self):
        handle = self.value["frame_"]
        frame = next(handle[f.name] for f in handle.type.fields() if f.type.code == gdb.TYPE_CODE_PTR)
        return "moved from" if int(frame) == 0 else f"not begun, {function_of_frame(frame)}"


class JoinHandle(Gently):
    STATES = {0: "runs, or waits", 1: "left to itself", 2: "has ended"}

    def text(self):
        block = self.value["block_"]
        if int(block) == 0:
            return "moved from, or its result taken"
        state = self.STATES.get(number(block["word_"]), "runs, or waits; somebody waits for it")
        try:
            identity = number(block["id_above"]) << 32 | number(block["id_below"])
        except gdb.error:
            identity = 0
        return state + (f", task {identity}" if identity else "")


class Mutex(Gently):
    STATES = {0: "free", 1: "held", 2: "held, and others sleep for it"}

    def text(self):
        return self.STATES[number(self.value["state_"])]


class ThreadPool(Gently):
    def text(self):
        try:
            pool = self.value["core_"].dereference()
            pool["num_threads_"]
        except gdb.error:
            return "no more is known: weft itself was built without debug information; see 'weft threads'"
        return f"{int(pool['num_threads_'])} threads, {'some' if number(pool['searching_']['root_']) & 0xffffffff else 'none'} of which look for work"


def printers():
    all_ = gdb.printing.RegexpCollectionPrettyPrinter("weft")
    for name, printer in (
        ("array_queue", ArrayQueue), ("spsc_queue", SpscQueue), ("seg_queue", SegQueue), ("injector", SegQueue),
        ("sender", ChannelEnd), ("receiver", ChannelEnd), ("bounded_queue", BoundedQueue), ("task", Task),
        ("join_handle", JoinHandle)):
        all_.add_printer(name, rf"^weft::{name}<.*>$", printer)
    all_.add_printer("mutex", r"^weft::detail::basic_(fair_)?mutex<.*>$", Mutex)
    all_.add_printer("thread_pool", r"^weft::thread_pool$", ThreadPool)
    return all_


gdb.printing.register_pretty_printer(gdb.current_objfile(), printers(), replace=True)

# --- what threads do --------------------------------------------------------------------------------------------------

SLEEPS = "sleeps"
# The innermost function of weft's that is found here says it.
DOES = (
    ("pool_core::go_to_sleep", "sleeps for want of work"),
    ("pool_core::wait_for_job", "waits for a job that another thread has taken"),
    ("pool_core::wait_for_scope", "waits for the tasks of a scope"),
    ("pool_core::wait_for_mail", "waits for a broadcast"),
    ("pool_core::come_back", "waits for a seat"),
    ("wait_token::wait", "waits in a channel"),
    ("basic_mutex<", "waits for a mutex"),
    ("basic_fair_mutex<", "waits for a fair mutex"),
    ("basic_sharded_mutex<", "waits for a sharded mutex"),
    ("async_core::wait", "waits for a task of coroutines"),
    ("timer_queue::keep", "keeps the time of those who sleep"),
    ("reactor::", "waits for descriptors"),
    ("run_strand", "runs a coroutine"),
    ("pool_core::run_job", "runs a job that it has taken"),
    ("pool_core::run_task", "runs a task"),
    ("pool_core::run_own", "runs a task"),
    ("pool_core::work_until_idle", "looks for work"),
    ("detail::wait_on", SLEEPS),
    ("pool_core::thread_main", "looks for work"),
)


def frames():
    frame = gdb.newest_frame()
    while frame is not None:
        yield frame
        try:
            frame = frame.older()
        except gdb.error:
            return


def is_of(frame, function):
    return function in (frame.name() or "")


def is_users(frame):
    """Whether it is a function of the program itself: not of weft, nor of the system."""
    symtab = frame.find_sal().symtab
    if symtab is None or (frame.name() or "").startswith(("weft::", "std::", "__")):
        return False
    file, program = symtab.fullname(), symtab.objfile.filename
    return not file.startswith("/usr/") and not program.startswith(("/usr/lib", "/lib")) and "/include/weft/" not in file


def place_in_source(frame):
    sal = frame.find_sal()
    name = frame.name() or "??"
    most = 100
    if len(name) > most:
        name = name[:most] + "..."
    return f"{name} at {sal.symtab.filename}:{sal.line}" if sal.symtab else name


def what_it_does():
    """What the selected thread does, and the user's function in which it does that."""
    does = users = None
    for frame in frames():
        found = next((text for function, text in DOES if is_of(frame, function)), None)
        # Whoever sleeps does so for a reason, which stands further out.
        if found is not None and (does is None or does == SLEEPS):
            does = found if does is None or "looks" not in found else does
        if users is None and is_users(frame):
            users = place_in_source(frame)
    return (does or ("runs" if users else "is none of weft's")) + (f", in {users}" if users else "")


def all_threads():
    return sorted(gdb.selected_inferior().threads(), key=lambda t: t.num)


class on_thread:
    """Another thread is selected meanwhile."""

    def __init__(self, thread):
        self.thread = thread

    def __enter__(self):
        self.before, self.frame = gdb.selected_thread(), gdb.selected_frame()
        self.thread.switch()

    def __exit__(self, *_):
        self.before.switch()
        self.frame.select()


class Weft(gdb.Command):
    """What weft's threads do: weft threads, weft bt."""

    def __init__(self):
        super().__init__("weft", gdb.COMMAND_STACK, prefix=True)


class Threads(gdb.Command):
    """What each thread does, as far as weft knows."""

    def __init__(self):
        super().__init__("weft threads", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        for thread in all_threads():
            with on_thread(thread):
                print(f"{thread.num:4} {thread.name or '':16} {what_it_does()}")


# --- stacks that go on in another one ---------------------------------------------------------------------------------


def argument(frame, *names):
    """The value of the first of these arguments that the frame has, and that can be read."""
    try:
        block = frame.block()
    except RuntimeError:
        return None  # no debug information
    while block is not None:
        for symbol in block:
            if symbol.name in names and (symbol.is_argument or symbol.is_variable):
                value = symbol.value(frame)
                if not value.is_optimized_out:
                    return value
        if block.function is not None:
            return None
        block = block.superblock
    return None


def left_on_another_stack(called, frame):
    """The address, on the stack of whoever has forked or spawned it, of something that belongs to what `frame` runs: the frame of
    a join, or a scope. None: it cannot be told. `called` are the frames that it has called, the first one first: the program's own,
    so that it does not matter how weft was built."""
    of_job = is_of(frame, "pool_core::run_job")
    for f, name in [(frame, "job" if of_job else "t")] + [(f, "memory" if of_job else "self") for f in called[:4]]:
        try:
            value = argument(f, name)
            if value is None:
                continue
            if name == "job":
                return number(value["frame"])
            return int(value) if of_job else int(value["scope"])
        except (gdb.error, RuntimeError, ValueError):
            continue
    return None


def stack_pointer(frame):
    return int(frame.read_register("sp"))


def frame_with(address):
    """The frame of the selected thread in which that address lies."""
    previous = None
    for frame in frames():
        if stack_pointer(frame) > address:
            return previous
        previous = frame
    return None


def print_from(first, number_):
    """Prints the frames from `first` on, up to the one that runs what was taken from another thread. Returns that one, those that it
    has called, and the next number."""
    called, frame = [], first
    while frame is not None:
        print(f"#{number_:<3} {place_in_source(frame)}")
        number_ += 1
        if is_of(frame, "pool_core::run_job") or is_of(frame, "pool_core::run_task"):
            return frame, called, number_
        called.insert(0, frame)
        try:
            frame = frame.older()
        except gdb.error:
            break
    return None, [], number_


class Backtrace(gdb.Command):
    """The stack of this thread. Where it runs what it has taken from another thread it goes on in that thread's stack, at the
    function that forked it."""

    def __init__(self):
        super().__init__("weft bt", gdb.COMMAND_STACK)

    def invoke(self, argument_, from_tty):
        with on_thread(gdb.selected_thread()):
            first, next_number = gdb.newest_frame(), 0
            for _ in range(100):  # a corrupt stack must not keep us for ever
                frame, called, next_number = print_from(first, next_number)
                if frame is None:
                    return
                address = left_on_another_stack(called, frame)
                if address is None or address == 0:
                    print("---- who has forked this cannot be told: it is a task by itself, or optimised away")
                    first = frame.older()
                    if first is None:
                        return
                    continue
                first = None
                for thread in all_threads():
                    thread.switch()
                    if first := frame_with(address):
                        print(f"---- taken from thread {thread.num} ({thread.name}), which has forked it here:")
                        break
                if first is None:
                    print(f"---- no thread has {address:#x} on its stack: who forked this is a coroutine")
                    return


Weft()
Threads()
Backtrace()
