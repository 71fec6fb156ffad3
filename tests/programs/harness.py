"""Runs generated programs and prints what they constructed, by the place of the call.

`python harness.py LIBRARY PROJECT`: the first directory holds the made-up `redis`, the second one package for each program,
with a module `main`. One line of JSON for each program: the places of constructions, the places of all calls, the error.
"""

import dis
import functools
import gc
import importlib
import json
import os
import sys

LIBRARY, PROJECT = sys.argv[1:3]
MOST_STEPS = 100_000
sys.path[:0] = [LIBRARY, PROJECT]

import redis  # noqa: E402

built = set()
steps = {}
positions = {}
calls = {}


def place(frame):
    code = frame.f_code
    if code not in positions:
        positions[code] = list(code.co_positions())
    line, end_line, column, end_column = positions[code][frame.f_lasti // 2]
    return (os.path.relpath(code.co_filename, PROJECT), line, column + 1, end_line, end_column + 1)


def record(depth):
    frame = sys._getframe(depth)
    if frame.f_code.co_filename.startswith(PROJECT):
        built.add(place(frame))


redis._record = record


class partial:
    """A `functools.partial` that counts where it is made: that is the place of a construction (design.md, section 3)."""

    def __init__(self, function, *arguments, **keywords):
        self.function, self.arguments, self.keywords = function, arguments, keywords
        if isinstance(function, type) and issubclass(function, redis.Redis):
            record(2)

    def __call__(self, *arguments, **keywords):
        frame = sys._getframe(1)
        also.add(place(frame))
        with redis._silence():
            return self.function(*self.arguments, *arguments, **self.keywords, **keywords)


also = set()
functools.partial = partial


class TooLong(BaseException):
    pass


count = 0


def trace(frame, event, _):
    global count
    if not frame.f_code.co_filename.startswith(PROJECT):
        return None
    frame.f_trace_opcodes = True
    if event == "opcode":
        count += 1
        if count > MOST_STEPS:
            raise TooLong
        steps.setdefault(frame.f_code, set()).add(frame.f_lasti)
    return trace


def called():
    places = set()
    for code, offsets in steps.items():
        if code not in calls:
            calls[code] = {i.offset: i.positions for i in dis.get_instructions(code) if i.opname.startswith("CALL")}
        path = os.path.relpath(code.co_filename, PROJECT)
        for offset in offsets & calls[code].keys():
            at = calls[code][offset]
            places.add((path, at.lineno, at.col_offset + 1, at.end_lineno, at.end_col_offset + 1))
    return places


for package in sorted(os.listdir(PROJECT)):
    if not os.path.isdir(os.path.join(PROJECT, package)):
        continue
    for it in (built, also, steps, positions, calls):
        it.clear()
    count = 0
    error = None
    sys.settrace(trace)
    try:
        importlib.import_module(package + ".main")
    except (Exception, TooLong) as it:
        error = f"{type(it).__name__}: {it}"
    sys.settrace(None)
    others = called() - built - also
    print(json.dumps({"package": package, "built": sorted(built), "others": sorted(others), "error": error}))
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]
