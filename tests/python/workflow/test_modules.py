"""Which modules a component has, and where their tests go."""

from __future__ import annotations

from pathlib import Path

import pytest
from openhands_testgen.workflow import OpenHandsTestGenerationStage


def make(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


def names(root: Path, component: str) -> dict[str, str]:
    """The test file of each module, both relative: to the component and to the project."""
    stage = OpenHandsTestGenerationStage(root / component)
    files = stage.test_files(stage.find_modules())
    folder = root / component
    return {
        str(module.relative_to(folder)): str(file.relative_to(root))
        for module, file in files.items()
    }


def test_every_module_below_the_component_sorted_and_no_tests(tmp_path: Path) -> None:
    make(
        tmp_path,
        "src/shop/stock.py",
        "src/shop/cart.py",
        "src/shop/deep/er/tax.py",
        "src/shop/test_cart.py",
        "src/shop/__pycache__/cart.py",
        "src/shop/notes.txt",
    )

    modules = OpenHandsTestGenerationStage(tmp_path / "src/shop").find_modules()

    assert [module.relative_to(tmp_path / "src/shop").as_posix() for module in modules] == [
        "cart.py",
        "deep/er/tax.py",
        "stock.py",
    ]


def test_only_files_are_modules_and_links_lead_round_in_no_circle(tmp_path: Path) -> None:
    make(tmp_path, "src/shop/cart.py", "src/shop/folder.py/stock.py", "src/other/tax.py")
    shop = tmp_path / "src/shop"
    (shop / "loop").symlink_to(shop)
    (shop / "elsewhere").symlink_to(tmp_path / "src/other")
    (shop / "itself.py").symlink_to("itself.py")

    assert names(tmp_path, "src/shop") == {
        "cart.py": "tests/test_cart.py",
        "folder.py/stock.py": "tests/test_stock.py",
        "itself.py": "tests/test_itself.py",  # its task tells that there is nothing
    }


@pytest.mark.parametrize("component", ["src/itself", "src/itself/shop", "src/cart.py"])
def test_a_component_that_is_no_folder_has_no_modules(tmp_path: Path, component: str) -> None:
    make(tmp_path, "src/cart.py")
    (tmp_path / "src/itself").symlink_to("itself")

    result = OpenHandsTestGenerationStage(tmp_path / component).execute()

    (error,) = result.errors
    assert str(tmp_path / component) in error


def test_tests_go_to_the_folder_two_above(tmp_path: Path) -> None:
    make(tmp_path, "src/shop/cart.py", "src/shop/deep/tax.py")

    assert names(tmp_path, "src/shop") == {
        "cart.py": "tests/test_cart.py",
        "deep/tax.py": "tests/test_tax.py",
    }


def test_two_modules_with_one_stem_do_not_collide(tmp_path: Path) -> None:
    make(tmp_path, "src/shop/a/util.py", "src/shop/b/util.py", "src/shop/c/Util.py")

    files = names(tmp_path, "src/shop")

    assert files["a/util.py"] == "tests/test_util.py"
    assert files["b/util.py"] == "tests/test_shop_b_util.py"
    assert len({file.casefold() for file in files.values()}) == 3


def test_a_name_that_another_module_has_is_not_taken(tmp_path: Path) -> None:
    make(tmp_path, "src/s/a/util.py", "src/s/b/util.py", "src/s/s_b_util.py", "src/s/a/s_b_util.py")

    files = names(tmp_path, "src/s")

    assert len(set(files.values())) == 4


def test_components_beside_each_other_do_not_collide(tmp_path: Path) -> None:
    make(tmp_path, "src/auth/__init__.py", "src/auth/util.py", "src/shop/util.py")
    make(tmp_path, "src/shop/__init__.py", "src/.venv/util.py", "src/env/pyvenv.cfg")

    assert names(tmp_path, "src/auth") == {
        "__init__.py": "tests/test___init__.py",
        "util.py": "tests/test_util.py",
    }
    assert names(tmp_path, "src/shop") == {
        "__init__.py": "tests/test_shop___init__.py",
        "util.py": "tests/test_shop_util.py",
    }


def test_what_lies_beside_a_component_in_the_root_is_not_looked_at(tmp_path: Path) -> None:
    make(tmp_path, "project/pyproject.toml", "project/alpha/util.py", "project/shop/util.py")

    assert names(tmp_path, "project/shop") == {"util.py": "tests/test_util.py"}


def test_tests_of_a_component_in_the_root_stay_in_the_project(tmp_path: Path) -> None:
    make(tmp_path, "pyproject.toml", "shop/cart.py")
    stage = OpenHandsTestGenerationStage(tmp_path / "shop")
    stage.generator = type("", (), {"config": type("", (), {"project_root": tmp_path})})()

    assert list(stage.test_files(stage.find_modules()).values()) == [
        tmp_path / "tests/test_cart.py"
    ]


def test_a_relative_component_is_meant_from_where_the_user_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "src/shop/cart.py", "other/cart.py")
    for folder, component in (("", "src/shop"), ("src", "shop"), ("src/shop", ".")):
        monkeypatch.chdir(tmp_path / folder)
        stage = OpenHandsTestGenerationStage(component)
        ((module, file),) = stage.test_files(stage.find_modules()).items()
        request = stage.request(module, file)
        assert request["module_path"] == str(tmp_path / "src/shop/cart.py")
        assert request["output_path"] == str(tmp_path / "tests/test_cart.py")
