"""Checkout: still imports the superseded module."""

from shop.legacy.redis_manager import legacy_manager


def paid(order: str) -> bool:
    return legacy_manager.get(f"paid:{order}") is not None
