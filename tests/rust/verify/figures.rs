//! The figure is what a user sees who types the command of the result.

use std::process::Command;

use _core::verify::{Candidate, publish};

use super::bench::{MODULE, verify_in};
use crate::at_both_levels;
use crate::sandbox::ground::Ground;

const TESTS: &str = "from shop.cart import Cart, discount\n\n\ndef test_total():\n    assert Cart().total() == 0\n\n\ndef test_discount():\n    assert discount(100, 60) == 50\n";

/// `(covered, total)` of lines and branches, from coverage's own report of the command's run.
fn by_hand(root: &std::path::Path, command: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(root)
        .env_remove("PYTEST_ADDOPTS")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

at_both_levels! {
    async fn the_command_of_the_result_shows_the_same_figure(sandbox: Sandbox) {
        for package in ["shop", "src/shop"] {
            let (init, module) = (format!("{package}/__init__.py"), format!("{package}/cart.py"));
            let ground = Ground::of(&[
                (&init, ""),
                (&module, MODULE),
                ("setup.cfg", "[tool:pytest]\naddopts = --no-such-option\n"),
            ])
            .await;
            let output = "tests/shop/test_cart.py";
            let verdict = verify_in(&sandbox, &ground, &module, output, Candidate::new(TESTS)).await.unwrap();
            publish(&ground.project, &ground.path(output), &verdict, false).unwrap();
            let report = by_hand(ground.project.root(), &verdict.command);
            let counts = verdict.coverage.counts;
            let missing = counts.statements - counts.covered_statements;
            let row = report.lines().find(|line| line.starts_with(&module)).unwrap();
            let columns: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(columns[1], counts.statements.to_string(), "{report}");
            assert_eq!(columns[2], missing.to_string(), "{report}");
            assert_eq!(columns[3], counts.branches.to_string(), "{report}");
            let percent: f64 = columns[5].trim_end_matches('%').parse().unwrap();
            assert!((percent - verdict.coverage.percent).abs() < 0.011, "{report} {:?}", verdict.coverage);
        }
    }
}
