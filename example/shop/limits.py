"""Rate limits: an exception that ssot.toml accepts, with the reason."""

import redis

limiter = redis.Redis(socket_timeout=0.05)
