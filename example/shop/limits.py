"""Rate limits: an accepted exception."""

import redis

# ssot: ignore[redis-direct-client] the limiter needs a pool that never blocks
limiter = redis.Redis(socket_timeout=0.05)
