"""Sessions: a client of its own behind an alias."""

import redis.asyncio as aioredis


class Sessions:
    async def start(self) -> None:
        self.client = aioredis.from_url("redis://localhost:6379/1")
