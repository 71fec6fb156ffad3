"""The one owner of the Redis connection pool."""

import redis


class RedisManager:
    def __init__(self, url: str = "redis://localhost:6379/0") -> None:
        self._client = redis.Redis.from_url(url)

    def get(self, key: str) -> bytes | None:
        return self._client.get(key)

    def set(self, key: str, value: bytes, seconds: int = 3600) -> None:
        self._client.set(key, value, ex=seconds)


redis_manager = RedisManager()


def get_redis() -> RedisManager:
    return redis_manager
