"""Kept for old callers; use shop.redis_manager."""

from shop.redis_manager import redis_manager as legacy_manager

__all__ = ["legacy_manager"]
