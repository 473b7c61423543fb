from shop.orders import slug


def test_many(subtests):
    for text, expected in [("A", "a"), ("A B", "a-b")]:
        with subtests.test(text=text):
            assert slug(text) == expected
