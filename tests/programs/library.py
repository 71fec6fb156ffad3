"""A stand-in for the client library: every construction is told to the harness, with the place of the call."""

import contextlib

_silent = 0


@contextlib.contextmanager
def _silence():
    global _silent
    _silent += 1
    try:
        yield
    finally:
        _silent -= 1


def _record(depth):
    """Replaced by the harness."""


class Redis:
    def __new__(cls, *arguments, **keywords):
        if not _silent:
            _record(2)
        return object.__new__(cls)

    def __init__(self, *arguments, **keywords):
        pass

    def __call__(self, *arguments, **keywords):
        return self

    @classmethod
    def from_url(cls, *arguments, **keywords):
        if not _silent:
            _record(2)
        with _silence():
            return cls()


class Other:
    def __init__(self, *arguments, **keywords):
        pass

    def __call__(self, *arguments, **keywords):
        return self

    @classmethod
    def from_url(cls, *arguments, **keywords):
        return cls()
