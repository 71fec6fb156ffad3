"""The worker: a class of the library through a re-export, and a manager built by hand."""

from functools import partial

from shop.core import CoreRedis
from shop.redis_manager import RedisManager

queue = partial(CoreRedis, db=2)


def run() -> None:
    manager = RedisManager("redis://localhost:6379/3")
    manager.set("worker", b"up")
    queue().ping()
