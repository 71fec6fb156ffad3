import redis

from shop import cart


def test_cart_round_trip():
    redis.Redis().flushdb()
    cart.save("ann", b"1 apple")
    assert cart.load("ann") == b"1 apple"
