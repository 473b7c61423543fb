//! What does a verification cost, against the same commands by hand one after another? Run it alone:
//! `cargo test --no-default-features --test rust verification_costs -- --ignored --nocapture`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use _core::sandbox::Level;
use _core::verify::Candidate;

use super::bench::{MODULE, verify_in};
use crate::sandbox::ground::{Ground, python, sandbox, write_files};

const ROUNDS: usize = 7;

fn tests() -> String {
    let one = |number| {
        format!(
            "\n\ndef test_{number}():\n    assert discount(100, {number}) == 100 - {number}\n    \
             assert Cart().total() == 0\n"
        )
    };
    let tests: Vec<String> = (0..40).map(one).collect();
    format!("from shop.cart import Cart, discount\n{}", tests.concat())
}

/// The same runs, as a user would type them; the second one with coverage is that against a refusing module.
fn by_hand(root: &Path) -> Cost {
    let meter = Meter::start();
    let pytest = ["-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", "tests/test_cart.py"];
    let coverage = ["-m", "coverage", "run", "--rcfile=/dev/null", "--branch", "--include=shop/cart.py"];
    let report = ["-m", "coverage", "json", "--rcfile=/dev/null", "-q"];
    for arguments in [
        [&coverage[..], &pytest[..]].concat(),
        report.to_vec(),
        pytest.to_vec(),
        pytest.to_vec(),
        [&coverage[..], &pytest[..]].concat(),
    ] {
        let status = Command::new(python())
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(root)
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    }
    meter.cost()
}

/// Clock and processor time, of all children, in seconds.
#[derive(Clone, Copy)]
struct Cost {
    clock: f64,
    processor: f64,
}

struct Meter(Instant, f64);

impl Meter {
    fn start() -> Self {
        Self(Instant::now(), children_seconds())
    }

    fn cost(&self) -> Cost {
        Cost { clock: self.0.elapsed().as_secs_f64(), processor: children_seconds() - self.1 }
    }
}

/// Processor time of children that have ended, in hundredths of a second each.
fn children_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split(' ')
        .skip(14)
        .take(2)
        .map(|field| field.parse().unwrap())
        .collect();
    (fields[0] + fields[1]) / 100.0
}

fn ratio(ours: &[Cost], theirs: &[Cost], of: impl Fn(&Cost) -> f64) -> (f64, f64, f64) {
    let median_of = |costs: &[Cost]| median(costs.iter().map(&of).collect());
    let (ours, theirs) = (median_of(ours), median_of(theirs));
    (ours, theirs, ours / theirs)
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: run it on a quiet machine"]
async fn verification_costs_beside_the_commands_by_hand() {
    let files = [("shop/__init__.py", ""), ("shop/cart.py", MODULE)];
    let by_hand_folder = tempfile::tempdir().unwrap();
    write_files(by_hand_folder.path(), &files);
    write_files(by_hand_folder.path(), &[("tests/test_cart.py", &tests())]);
    for level in Level::ALL {
        let Some(sandbox) = sandbox(level).await else { continue };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            theirs.push(by_hand(by_hand_folder.path()));
            let ground = Ground::of(&files).await;
            let meter = Meter::start();
            let candidate = Candidate::new(tests());
            verify_in(&sandbox, &ground, "shop/cart.py", "tests/test_cart.py", candidate).await.unwrap();
            ours.push(meter.cost());
        }
        let clock = ratio(&ours, &theirs, |cost| cost.clock);
        let processor = ratio(&ours, &theirs, |cost| cost.processor);
        println!("level {level}: clock {:.2} s by hand {:.2} s ratio {:.2}", clock.0, clock.1, clock.2);
        if level == Level::Limits {
            // bubblewrap does not wait for all it runs: the kernel keeps no sum of it
            let (ours, theirs, ratio) = processor;
            println!("level {level}: CPU {ours:.2} s by hand {theirs:.2} s ratio {ratio:.2}");
        }
    }
}
