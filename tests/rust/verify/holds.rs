//! Good files are kept whole; what does not hold is taken out, with its reason, and the rest stays as it was.

use std::time::Duration;

use _core::verify::Candidate;

use super::bench::{reason, verify, verify_in, verify_within};
use crate::at_both_levels;
use crate::sandbox::ground::Ground;

const GOOD: &str = r#"import pytest

from shop.cart import Cart, discount


def test_an_empty_cart_costs_nothing():
    assert Cart().total() == 0


@pytest.mark.parametrize(("percent", "expected"), [(0, 100), (10, 90), (80, 50)])
def test_discount(percent, expected):
    assert discount(100, percent) == expected


class TestAdd:
    def test_adds_up(self):
        cart = Cart()
        cart.add("tea", 3)
        cart.add("milk", 2)
        assert cart.total() == 5

    def test_refuses_a_negative_price(self):
        with pytest.raises(ValueError, match="negative"):
            Cart().add("tea", -1)
"#;

/// Every way not to hold that a single run, or three, can show.
const BAD: &str = r#"

seen = []


def test_wrong():
    assert Cart().total() == 1


def test_asserts_nothing():
    Cart().add("tea", 1)


def test_asserts_the_obvious():
    assert True


@pytest.mark.skip(reason="later")
def test_skipped():
    assert Cart().total() == 0


@pytest.mark.xfail
def test_expected_to_fail():
    assert Cart().total() == 1


def test_depends_on_the_hash_seed():
    assert hash("tea") == SEED_0_HASH


def test_depends_on_the_user():
    import os

    assert os.environ.get("LOGNAME", "stranger") == "stranger"


def test_comes_first():
    seen.append(Cart().total())
    assert seen


def test_depends_on_order():
    assert seen == [0]


def test_depends_on_the_folder():
    import os

    assert os.path.exists("shop/cart.py")


def test_depends_on_the_time_zone():
    import time

    assert time.localtime(0).tm_hour == 0


def test_writes_a_file():
    with open("shop/left_behind.txt", "w") as file:
        file.write("x")
    assert True or file


def test_writes_a_file_and_asserts(tmp_path):
    (tmp_path / "fine.txt").write_text("x")
    with open("left_behind.txt", "w") as file:
        assert file.write("x") == 1


def test_fails_in_its_fixture(no_such_fixture):
    assert Cart().total() == 0


class TestOnlyBad:
    def test_wrong(self):
        assert discount(1, 0) == 2
"#;

const HASH_OF_TEA_AT_SEED_0: &str = "python -c 'print(hash(\"tea\"))'";

fn bad() -> String {
    let output = std::process::Command::new(crate::sandbox::ground::python())
        .args(["-c", "print(hash('tea'))"])
        .env("PYTHONHASHSEED", "0")
        .output()
        .expect(HASH_OF_TEA_AT_SEED_0);
    BAD.replace("SEED_0_HASH", String::from_utf8_lossy(&output.stdout).trim())
}

at_both_levels! {
    async fn a_good_file_is_kept_whole(sandbox: Sandbox) {
        let verdict = verify(&sandbox, GOOD).await.unwrap();
        assert_eq!(verdict.test_source, GOOD);
        assert_eq!(verdict.removed, []);
        let names = [
            "test_an_empty_cart_costs_nothing",
            "test_discount",
            "TestAdd::test_adds_up",
            "TestAdd::test_refuses_a_negative_price",
        ];
        assert_eq!(verdict.tests, names);
        assert_eq!(verdict.coverage.missing_lines, [] as [u32; 0]);
        assert!((verdict.coverage.percent - 100.0).abs() < f64::EPSILON);
        assert_eq!(verdict.runs, 3);
        assert_eq!(verdict.sandbox, sandbox.isolation().level);
    }

    async fn each_bad_test_is_taken_out_with_its_reason(sandbox: Sandbox) {
        let verdict = verify(&sandbox, &format!("{GOOD}{}", bad())).await.unwrap();
        let removed = &verdict.removed;
        assert_eq!(reason(removed, "test_wrong"), "fails: assert 0 == 1");
        assert_eq!(reason(removed, "test_asserts_nothing"), "asserts nothing");
        assert_eq!(reason(removed, "test_asserts_the_obvious"), "asserts nothing");
        assert_eq!(reason(removed, "test_skipped"), "is skipped: Skipped: later");
        assert!(reason(removed, "test_expected_to_fail").starts_with("is marked as expected to fail"));
        let another = "fails in another order, environment or with another hash seed: ";
        let seed = reason(removed, "test_depends_on_the_hash_seed");
        assert!(seed.starts_with(another), "{seed}");
        assert!(reason(removed, "test_depends_on_the_user").starts_with(another));
        assert!(reason(removed, "test_depends_on_order").starts_with(another));
        let elsewhere = "fails in another working directory, time zone, locale or with another hash seed: ";
        assert!(reason(removed, "test_depends_on_the_folder").starts_with(elsewhere));
        assert!(reason(removed, "test_depends_on_the_time_zone").starts_with(elsewhere));
        assert_eq!(reason(removed, "test_writes_a_file"), "asserts nothing");
        let changes = "touches files outside of a temporary folder: left_behind.txt";
        assert_eq!(reason(removed, "test_writes_a_file_and_asserts"), changes);
        assert!(reason(removed, "test_fails_in_its_fixture").starts_with("fails in its setup: "));
        assert_eq!(reason(removed, "TestOnlyBad::test_wrong"), "fails: assert 1.0 == 2");
        assert_eq!(removed.len(), 14);
        let first = "\n\ndef test_comes_first():\n    seen.append(Cart().total())\n    assert seen\n";
        assert_eq!(verdict.test_source, format!("{GOOD}\n\nseen = []\n{first}"));
    }

    async fn a_test_that_would_delete_files_of_the_user_is_taken_out(sandbox: Sandbox) {
        let module = "import shutil\nfrom pathlib import Path\n\n\ndef clean(folder=\"build\"):\n    shutil.rmtree(folder, ignore_errors=True)\n    return folder\n\n\ndef log_out():\n    (Path.home() / \".shop_token\").unlink(missing_ok=True)\n    return True\n";
        let good = "import tempfile\n\nfrom shop.tidy import clean, log_out\n\n\ndef test_clean(tmp_path):\n    (tmp_path / \"build\").mkdir()\n    (tmp_path / \"build\" / \"x\").write_text(\"x\")\n    assert not clean(tmp_path / \"build\").exists()\n\n\ndef test_clean_here(tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)\n    assert clean() == \"build\"\n\n\ndef test_clean_a_folder_of_its_own():\n    with tempfile.TemporaryDirectory() as folder:\n        assert clean(folder + \"/x\") == folder + \"/x\"\n";
        let bad = "\n\ndef test_clean_at_home():\n    assert clean() == \"build\"\n\n\ndef test_log_out():\n    assert log_out() is True\n";
        let ground = Ground::of(&[("shop/__init__.py", ""), ("shop/tidy.py", module)]).await;
        let candidate = Candidate::new(format!("{good}{bad}"));
        let verdict = verify_in(&sandbox, &ground, "shop/tidy.py", "tests/test_tidy.py", candidate).await.unwrap();
        assert_eq!(verdict.test_source, good);
        let touches = "touches files outside of a temporary folder: ";
        assert_eq!(reason(&verdict.removed, "test_clean_at_home"), format!("{touches}build"));
        assert_eq!(reason(&verdict.removed, "test_log_out"), format!("{touches}~/.shop_token"));
        assert_eq!(verdict.removed.len(), 2);
    }

    async fn a_test_that_ends_the_process_is_taken_out(sandbox: Sandbox) {
        let bad = "\n\ndef test_exit():\n    import os\n    assert os\n    os._exit(0)\n";
        let verdict = verify(&sandbox, &format!("{GOOD}{bad}")).await.unwrap();
        assert_eq!(verdict.test_source, GOOD);
        let expected = "ends the test process, which ended with exit code 0";
        assert_eq!(reason(&verdict.removed, "test_exit"), expected);
    }

    async fn a_test_that_stops_pytest_is_taken_out(sandbox: Sandbox) {
        let bad = format!("import pytest\n\n\ndef test_exit():\n    assert pytest\n    pytest.exit('enough', 0)\n\n\n{GOOD}");
        let verdict = verify(&sandbox, &bad).await.unwrap();
        assert_eq!(verdict.tests.len(), 4);
        assert_eq!(reason(&verdict.removed, "test_exit"), "ends the whole run");
    }

    async fn a_test_that_never_ends_is_taken_out(sandbox: Sandbox) {
        let bad = "\n\ndef test_endless():\n    while True:\n        assert Cart()\n";
        let verdict = verify_within(Duration::from_secs(3), &sandbox, &format!("{GOOD}{bad}")).await.unwrap();
        assert_eq!(verdict.test_source, GOOD);
        assert_eq!(reason(&verdict.removed, "test_endless"), "fails: Failed: took longer than 3 s");
    }

    async fn a_test_that_prints_very_much_is_no_trouble(sandbox: Sandbox) {
        let loud = "\n\ndef test_loud(capfd):\n    with capfd.disabled():\n        for _ in range(50):\n            print('x' * 1_000_000)\n    assert Cart().total() == 0\n";
        let verdict = verify(&sandbox, &format!("{GOOD}{loud}")).await.unwrap();
        assert_eq!(verdict.tests.len(), 5);
    }
}
