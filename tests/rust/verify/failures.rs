//! When there is nothing to publish: what is said, and of what kind the failure is.

use std::time::Duration;

use _core::sandbox::{ModuleLayout, Sandbox};
use _core::task::{ErrorKind, Failure};
use _core::verify::{Candidate, Verification, VerifyError, VerifyLimits};
use tokio_util::sync::CancellationToken;

use super::bench::{MODULE, verify};
use crate::at_both_levels;
use crate::sandbox::ground::Ground;

async fn failure(sandbox: &Sandbox, source: &str) -> Failure {
    verify(sandbox, source).await.unwrap_err().into()
}

at_both_levels! {
    async fn a_file_without_a_test_that_holds_fails_with_the_reasons(sandbox: Sandbox) {
        let source = "from shop.cart import Cart\n\n\ndef test_a():\n    assert Cart() == 1\n\n\ndef test_b():\n    Cart()\n";
        let failure = failure(&sandbox, source).await;
        assert_eq!(failure.kind, ErrorKind::Verification);
        assert!(failure.message.contains("test_b asserts nothing; test_a fails: assert"), "{failure}");
        let removed = &failure.result.unwrap()["verification"]["removed"];
        assert_eq!(removed.as_array().unwrap().len(), 2);
    }

    async fn a_file_that_does_not_parse_says_where(sandbox: Sandbox) {
        let failure = failure(&sandbox, "def test_a(:\n    assert 1\n").await;
        assert_eq!(failure.kind, ErrorKind::Verification);
        assert!(failure.message.contains("tests/shop/test_cart.py does not parse: line 1"), "{failure}");
    }

    async fn a_file_that_cannot_be_collected_says_why(sandbox: Sandbox) {
        let failure = failure(&sandbox, "import not_installed\n\n\ndef test_a():\n    assert not_installed.x\n").await;
        assert_eq!(failure.kind, ErrorKind::Verification);
        assert!(failure.message.contains("No module named 'not_installed'"), "{failure}");
    }

    async fn a_file_that_skips_itself_says_so(sandbox: Sandbox) {
        let source = "import pytest\nimport shop.cart\n\npytest.skip('no', allow_module_level=True)\n\n\ndef test_a():\n    assert shop.cart.x\n";
        let failure = failure(&sandbox, source).await;
        assert!(failure.message.contains("it skips itself: "), "{failure}");
    }

    async fn tests_that_never_import_the_module_prove_nothing(sandbox: Sandbox) {
        let failure = failure(&sandbox, "import math\n\n\ndef test_a():\n    assert math.sqrt(4) == 2\n").await;
        assert_eq!(failure.kind, ErrorKind::Verification);
        assert!(failure.message.contains("never import shop.cart"), "{failure}");
    }

    async fn a_file_that_edits_the_project_on_load_is_refused(sandbox: Sandbox) {
        let source = "open('shop/cart.py', 'a').write('# x')\nfrom shop.cart import Cart\n\n\ndef test_a():\n    assert Cart().total() == 0\n";
        let failure = failure(&sandbox, source).await;
        assert_eq!(failure.kind, ErrorKind::Verification);
        let expected = "loading tests/shop/test_cart.py touches files outside of a temporary folder: shop/cart.py";
        assert!(failure.message.contains(expected), "{failure}");
    }

    async fn a_file_that_never_loads_is_ended(sandbox: Sandbox) {
        let ground = Ground::of(&[("shop/__init__.py", ""), ("shop/cart.py", MODULE)]).await;
        let error = endless(&sandbox, &ground, IMPATIENT, &CancellationToken::new()).await.unwrap_err();
        let failure = Failure::from(error);
        assert_eq!(failure.kind, ErrorKind::Verification);
        assert!(failure.message.contains("cannot be collected: the run took too long"), "{failure}");
    }

    async fn a_cancelled_verification_says_so_and_leaves_nothing(sandbox: Sandbox) {
        let ground = Ground::of(&[("shop/__init__.py", ""), ("shop/cart.py", MODULE)]).await;
        let cancel = CancellationToken::new();
        let copy = ground.project.root().join("openhands_workspace/.attempts/task-1/verify.scratch/plain/measuring/record");
        let cancelling = async {
            while !copy.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            cancel.cancel();
        };
        let (verdict, ()) = tokio::join!(endless(&sandbox, &ground, PATIENT, &cancel), cancelling);
        let error = verdict.unwrap_err();
        assert!(matches!(error, VerifyError::Cancelled), "{error}");
        assert_eq!(Failure::from(error).kind, ErrorKind::Cancelled);
        ground.attempt.remove().await.unwrap();
    }
}

/// An engine runs verifications as tasks of a runtime with many threads.
#[allow(dead_code, reason = "compiled, not run")]
fn a_verification_can_move_between_threads(verification: &Verification<'_>, cancel: &CancellationToken) {
    fn is_send(_: impl Send) {}
    is_send(verification.run(Candidate::new(""), cancel, &|_| {}));
}

const IMPATIENT: Duration = Duration::from_secs(2);
/// Longer than any machine needs to start pytest.
const PATIENT: Duration = Duration::from_mins(2);

/// Verifies a file whose loading never ends.
async fn endless(
    sandbox: &Sandbox,
    ground: &Ground,
    patience: Duration,
    cancel: &CancellationToken,
) -> Result<_core::verify::Verdict, VerifyError> {
    let (module, output) = (ground.path("shop/cart.py"), ground.path("tests/test_cart.py"));
    let layout = ModuleLayout::find(ground.project.dir(), &module);
    let limits = VerifyLimits { run: patience, ..VerifyLimits::default() };
    let verification = Verification {
        sandbox,
        attempt: &ground.attempt,
        module: &module,
        layout: &layout,
        output: &output,
        limits,
        mutate: false,
    };
    let source = "import shop.cart\n\nwhile True:\n    pass\n\n\ndef test_a():\n    assert shop.cart.x\n";
    verification.run(Candidate::new(source), cancel, &|_| {}).await
}
