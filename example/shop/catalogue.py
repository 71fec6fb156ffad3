"""The catalogue: goes through the manager as well."""

from shop.redis_manager import get_redis


def cached(key: str) -> bytes | None:
    return get_redis().get(key)
