"""A re-export: nothing is wrong until somebody calls it."""

from redis import Redis as CoreRedis

__all__ = ["CoreRedis"]
