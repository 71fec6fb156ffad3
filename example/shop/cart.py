"""Carts: goes through the manager."""

from shop.redis_manager import redis_manager


def load(user: str) -> bytes | None:
    return redis_manager.get(f"cart:{user}")


def save(user: str, cart: bytes) -> None:
    redis_manager.set(f"cart:{user}", cart)
