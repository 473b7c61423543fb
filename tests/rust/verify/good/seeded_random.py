import random

from shop.orders import lottery


def test_the_same_seed_draws_the_same():
    names = ["Ann", "Bob", "Cid"]
    assert lottery(names, 7) == lottery(names, 7)


def test_the_winner_is_a_customer():
    assert lottery(["Ann", "Bob"]) in {"Ann", "Bob"}


def test_drawn_from_many():
    names = [str(number) for number in range(10)]
    assert len({lottery(names, seed) for seed in random.Random(1).sample(range(99), 30)}) > 1
