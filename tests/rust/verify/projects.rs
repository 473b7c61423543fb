//! Projects of many habits: their own pytest options, conftest, layouts, side effects.

use _core::task::{ErrorKind, Failure};
use _core::verify::Candidate;

use super::bench::{MODULE, verify, verify_in};
use crate::at_both_levels;
use crate::sandbox::ground::{Ground, with_plugins};

const TESTS: &str = "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total() == 0\n";

at_both_levels! {
    async fn hostile_options_of_the_project_do_not_spoil_the_figure(sandbox: Sandbox) {
        // The last one is what pytest-asyncio, which is installed with our plug-ins, would warn about.
        const HOSTILE_OPTIONS: &str = "[pytest]\naddopts = --cov -n 2 --maxfail=1 --strict-markers -x\n\
            filterwarnings = error\nasyncio_default_fixture_loop_scope = function\n";
        let ground = Ground::of(&[
            ("shop/__init__.py", ""),
            ("shop/cart.py", MODULE),
            ("pytest.ini", HOSTILE_OPTIONS),
            (".coveragerc", "[run]\nomit = shop/*\nbranch = false\n[report]\nexclude_lines = def\n"),
        ])
        .await;
        let candidate = Candidate::new(TESTS);
        let sandbox = with_plugins(&sandbox).await;
        let verdict = verify_in(&sandbox, &ground, "shop/cart.py", "tests/test_cart.py", candidate).await.unwrap();
        assert_eq!(verdict.coverage.counts.statements, 13);
        assert!(verdict.coverage.counts.branches >= 4);
        assert!(verdict.coverage.percent > 40.0 && verdict.coverage.percent < 80.0, "{:?}", verdict.coverage);
    }

    async fn the_projects_conftest_is_used(sandbox: Sandbox) {
        let conftest = "import pytest\n\nfrom shop.cart import Cart\n\n\n@pytest.fixture\ndef cart():\n    return Cart()\n";
        let ground = Ground::of(&[
            ("shop/__init__.py", ""),
            ("shop/cart.py", MODULE),
            ("conftest.py", conftest),
        ])
        .await;
        let source = "def test_total(cart):\n    assert cart.total() == 0\n";
        let candidate = Candidate::new(source);
        let verdict = verify_in(&sandbox, &ground, "shop/cart.py", "tests/test_cart.py", candidate).await.unwrap();
        assert_eq!(verdict.tests, ["test_total"]);
        assert!(verdict.coverage.percent > 40.0);
    }

    async fn a_package_below_src_is_measured(sandbox: Sandbox) {
        let ground = Ground::of(&[("src/shop/__init__.py", ""), ("src/shop/cart.py", MODULE)]).await;
        let candidate = Candidate::new(TESTS);
        let verdict =
            verify_in(&sandbox, &ground, "src/shop/cart.py", "tests/shop/test_cart.py", candidate).await.unwrap();
        assert!(verdict.command.contains("PYTHONPATH=src "), "{}", verdict.command);
        assert!(verdict.coverage.percent > 40.0);
    }

    async fn a_namespace_package_is_measured(sandbox: Sandbox) {
        let ground = Ground::of(&[("shop/cart.py", MODULE)]).await;
        let candidate = Candidate::new(TESTS);
        let verdict = verify_in(&sandbox, &ground, "shop/cart.py", "tests/test_cart.py", candidate).await.unwrap();
        assert!(verdict.coverage.percent > 40.0);
    }

    async fn a_module_that_writes_a_log_when_loaded_is_no_tests_fault(sandbox: Sandbox) {
        let module = format!("open('app.log', 'a').write('started')\n{MODULE}");
        let ground = Ground::of(&[("shop/__init__.py", ""), ("shop/cart.py", &module)]).await;
        let candidate = Candidate::new(TESTS);
        let verdict = verify_in(&sandbox, &ground, "shop/cart.py", "tests/test_cart.py", candidate).await.unwrap();
        assert_eq!(verdict.removed, []);
    }

    async fn a_module_without_a_statement_is_fully_covered(sandbox: Sandbox) {
        let ground = Ground::of(&[("shop/__init__.py", ""), ("shop/empty.py", "\"\"\"Nothing.\"\"\"\n")]).await;
        let candidate = Candidate::new("import shop.empty\n\n\ndef test_doc():\n    assert shop.empty.__doc__ == 'Nothing.'\n");
        let verdict = verify_in(&sandbox, &ground, "shop/empty.py", "tests/test_empty.py", candidate).await.unwrap();
        assert!((verdict.coverage.percent - 100.0).abs() < f64::EPSILON);
    }

    async fn a_module_in_the_shadow_of_another_is_an_error_that_names_it(sandbox: Sandbox) {
        let ground = Ground::of(&[("json.py", "x = 1\n")]).await;
        let candidate = Candidate::new("import json\n\n\ndef test_x():\n    assert json.dumps(1) == '1'\n");
        let error = verify_in(&sandbox, &ground, "json.py", "tests/test_json.py", candidate).await.unwrap_err();
        let failure = Failure::from(error);
        // pytest itself imports json: the project's file breaks it, or is never seen.
        assert!(matches!(failure.kind, ErrorKind::Environment | ErrorKind::Verification), "{failure}");
        assert!(failure.message.contains("json"), "{failure}");
    }

    async fn paths_with_blanks_and_quotes_work(sandbox: Sandbox) {
        let ground = Ground::of(&[("my shop/it's.py", "def one():\n    return 1\n")]).await;
        let source = "import importlib\n\n\ndef test_one():\n    assert importlib.import_module(\"my shop.it's\").one() == 1\n";
        let candidate = Candidate::new(source);
        let verdict = verify_in(&sandbox, &ground, "my shop/it's.py", "tests/test_its.py", candidate).await.unwrap();
        assert!(verdict.command.contains(r"'--include=my shop/it'\''s.py'"), "{}", verdict.command);
        assert!((verdict.coverage.percent - 100.0).abs() < f64::EPSILON);
    }

    async fn functions_of_one_name_do_not_hide_each_other(sandbox: Sandbox) {
        let source = format!("{TESTS}\n\ndef test_total():\n    assert Cart().items == []\n");
        let verdict = verify(&sandbox, &source).await.unwrap();
        assert_eq!(verdict.removed[0].reason, "is replaced by a later function of the same name");
        assert_eq!(verdict.tests, ["test_total"]);
        assert!(verdict.test_source.contains("items == []"));
    }
}
