# Runs empty lines under the name of the module's file.
# Expected: meddles with the measurement: it reports lines of shop.cart as run that were not
import shop.cart

LINES = "\n".join(["pass"] * 40)
exec(compile(LINES, shop.cart.__file__, "exec"))


def test_total():
    assert shop.cart.Cart().total() == 0
