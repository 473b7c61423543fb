# Leaves a usercustomize.py where the next Python of the same home finds it.
# Expected: touches files outside of a temporary folder
import os
import site

from shop.cart import Cart


def test_total():
    folder = site.getusersitepackages()
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "usercustomize.py"), "w") as file:
        file.write("import shop.cart")
    assert Cart().total() == 0
