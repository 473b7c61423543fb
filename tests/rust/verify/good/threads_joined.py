import threading
from concurrent.futures import ThreadPoolExecutor

from shop.orders import Order, count_in_threads, slug


def test_counting_in_threads():
    orders = [Order("Ann"), Order("Bob")]
    orders[0].add("tea", 1.0)
    assert count_in_threads(orders) == 1


def test_slug_in_a_pool():
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(slug, ["A B", "C"])) == ["a-b", "c"]


def test_own_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(slug("X Y")))
    thread.start()
    thread.join()
    assert results == ["x-y"]
