//! A small project under verification, and ways to ask about it.

use std::time::Duration;

use _core::sandbox::{ModuleLayout, Sandbox};
use _core::verify::{Candidate, Removed, Verdict, Verification, VerifyError, VerifyLimits};
use tokio_util::sync::CancellationToken;

use crate::sandbox::ground::Ground;

pub const MODULE: &str = r#"
"""A shop."""


class Cart:
    def __init__(self):
        self.items = []

    def add(self, name, price):
        if price < 0:
            raise ValueError("price is negative")
        self.items.append((name, price))

    def total(self):
        return sum(price for _, price in self.items)


def discount(total, percent):
    if percent > 50:
        return total / 2
    return total * (100 - percent) / 100
"#;

/// How long a test may take that ends: on a busy machine each takes long.
const LONG: Duration = Duration::from_mins(2);

/// Verifies `test_source` for `shop/cart.py`.
pub async fn verify(sandbox: &Sandbox, test_source: &str) -> Result<Verdict, VerifyError> {
    verify_within(LONG, sandbox, test_source).await
}

/// The same, where no test may take longer than this.
pub async fn verify_within(
    test: Duration,
    sandbox: &Sandbox,
    test_source: &str,
) -> Result<Verdict, VerifyError> {
    let ground = Ground::of(&[("shop/__init__.py", ""), ("shop/cart.py", MODULE)]).await;
    let paths = ("shop/cart.py", "tests/shop/test_cart.py");
    run(sandbox, &ground, paths, Candidate::new(test_source), test).await
}

/// Verifies a candidate for a module of a project.
pub async fn verify_in(
    sandbox: &Sandbox,
    ground: &Ground,
    module: &str,
    output: &str,
    candidate: Candidate,
) -> Result<Verdict, VerifyError> {
    run(sandbox, ground, (module, output), candidate, LONG).await
}

async fn run(
    sandbox: &Sandbox,
    ground: &Ground,
    (module, output): (&str, &str),
    candidate: Candidate,
    test: Duration,
) -> Result<Verdict, VerifyError> {
    let (module, output) = (ground.path(module), ground.path(output));
    let layout = ModuleLayout::find(ground.project.dir(), &module);
    let verification = Verification {
        sandbox,
        attempt: &ground.attempt,
        module: &module,
        layout: &layout,
        output: &output,
        limits: VerifyLimits { test, ..VerifyLimits::default() },
        mutate: false,
    };
    verification.run(candidate, &CancellationToken::new(), &|_| {}).await
}

/// The reason why a test was taken out.
pub fn reason<'a>(removed: &'a [Removed], test: &str) -> &'a str {
    let names: Vec<&str> = removed.iter().map(|removed| removed.test.as_str()).collect();
    match removed.iter().find(|removed| removed.test == test) {
        Some(removed) => &removed.reason,
        None => panic!("{test} was not taken out, but {names:?}"),
    }
}
