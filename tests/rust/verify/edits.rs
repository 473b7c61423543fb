//! What of an agent's workspace is taken over?

use _core::sandbox::Level;
use _core::verify::{Candidate, VerifyError};

use super::bench::{MODULE, verify_in};
use crate::sandbox::ground::{Ground, sandbox, write_files};

const TESTS: &str = "from cart_helpers import check_empty\nfrom shop.cart import Cart\n\n\ndef test_total():\n    check_empty(Cart())\n";
const HELPER: &str = "def check_empty(cart):\n    assert cart.total() == 0\n";

async fn collected() -> (Ground, Candidate) {
    let ground = Ground::of(&[
        ("shop/__init__.py", ""),
        ("shop/cart.py", MODULE),
        ("tests/shop/test_other.py", "def test_it():\n    assert 1 + 1 == 2\n"),
    ])
    .await;
    let workspace = ground.attempt.copy("agent").await.unwrap();
    write_files(
        workspace.root(),
        &[
            ("tests/shop/test_cart.py", TESTS),
            ("tests/shop/cart_helpers.py", HELPER),
            ("tests/conftest.py", "import sys\n"),
            ("tests/shop/sitecustomize.py", "import sys\n"),
            ("tests/shop/test_other.py", "def test_it():\n    pass\n"),
            ("shop/cart.py", "# pragma: no cover\n"),
            ("pytest.ini", "[pytest]\naddopts = -k nothing\n"),
        ],
    );
    std::fs::remove_file(workspace.root().join("shop/__init__.py")).unwrap();
    let candidate = Candidate::collect(&workspace, &ground.path("tests/shop/test_cart.py")).await.unwrap();
    (ground, candidate)
}

#[tokio::test]
async fn the_test_file_and_new_helpers_are_taken_and_all_else_is_reported() {
    let (_ground, candidate) = collected().await;
    assert_eq!(candidate.test_source, TESTS);
    let helpers: Vec<&str> = candidate.helpers.iter().map(|helper| helper.path.as_str()).collect();
    assert_eq!(helpers, ["tests/shop/cart_helpers.py"]);
    let discarded = [
        "pytest.ini added",
        "shop/__init__.py removed",
        "shop/cart.py changed",
        "tests/conftest.py added",
        "tests/shop/sitecustomize.py added",
        "tests/shop/test_other.py changed",
    ];
    assert_eq!(candidate.discarded, discarded);
}

#[tokio::test]
async fn the_verdict_is_on_the_project_as_it_is() {
    let (ground, candidate) = collected().await;
    let Some(sandbox) = sandbox(Level::Limits).await else { return };
    let verdict =
        verify_in(&sandbox, &ground, "shop/cart.py", "tests/shop/test_cart.py", candidate).await.unwrap();
    assert_eq!(verdict.tests, ["test_total"]);
    assert_eq!(verdict.helpers.len(), 1);
    assert_eq!(verdict.discarded.len(), 6);
    assert_eq!(verdict.coverage.counts.statements, 13);
}

#[tokio::test]
async fn a_missing_or_empty_test_file_is_said() {
    let ground = Ground::of(&[("a.py", "x = 1\n")]).await;
    let workspace = ground.attempt.copy("agent").await.unwrap();
    let output = ground.path("tests/test_a.py");
    for content in [None, Some(" \n")] {
        if let Some(content) = content {
            write_files(workspace.root(), &[("tests/test_a.py", content)]);
        }
        let error = Candidate::collect(&workspace, &output).await.unwrap_err();
        assert!(matches!(error, VerifyError::NoTestFile(_)), "{error}");
    }
}

#[tokio::test]
async fn a_test_file_that_is_a_link_or_a_pipe_is_not_read() {
    let ground = Ground::of(&[("a.py", "x = 1\n"), ("tests/keep", "")]).await;
    let workspace = ground.attempt.copy("agent").await.unwrap();
    let file = workspace.root().join("tests/test_a.py");
    std::os::unix::fs::symlink("/etc/passwd", &file).unwrap();
    assert!(Candidate::collect(&workspace, &ground.path("tests/test_a.py")).await.is_err());
    std::fs::remove_file(&file).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&file).status().unwrap();
    assert!(made.success());
    assert!(Candidate::collect(&workspace, &ground.path("tests/test_a.py")).await.is_err());
}
