//! Which paths name a file of the project?

use std::path::Path;

use _core::sandbox::{PathError, ProjectPath, default_output};

fn parse(text: &str) -> Result<String, PathError> {
    ProjectPath::parse(text, Path::new("/home/ann/shop")).map(|path| path.to_string())
}

#[test]
fn a_relative_path_is_taken_from_the_root() {
    assert_eq!(parse("src/a.py").unwrap(), "src/a.py");
    assert_eq!(parse("./src//b/../a.py").unwrap(), "src/a.py");
}

#[test]
fn an_absolute_path_inside_becomes_relative() {
    assert_eq!(parse("/home/ann/shop/src/a.py").unwrap(), "src/a.py");
    assert_eq!(parse("/home/ann/../ann/shop/a.py").unwrap(), "a.py");
}

#[test]
fn a_path_that_leaves_the_root_is_refused_by_name() {
    for path in ["../a.py", "src/../../a.py", "/etc/passwd", "/home/ann/shopping/a.py", "/../../x"] {
        let error = parse(path).unwrap_err();
        assert!(matches!(error, PathError::Outside { .. }), "{path}: {error}");
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[test]
fn a_path_may_leave_and_come_back() {
    assert_eq!(parse("../shop/a.py").unwrap(), "a.py");
}

#[test]
fn nothing_nul_and_the_root_itself_are_refused() {
    assert_eq!(parse(""), Err(PathError::Empty));
    assert_eq!(parse("  "), Err(PathError::Empty));
    assert_eq!(parse("a\0.py"), Err(PathError::Nul("a\0.py".into())));
    assert_eq!(parse("."), Err(PathError::IsRoot(".".into())));
    assert_eq!(parse("/home/ann/shop/"), Err(PathError::IsRoot("/home/ann/shop/".into())));
}

#[test]
fn tests_mirror_the_package() {
    let pairs = [
        ("src/a/b.py", "tests/a/test_b.py"),
        ("pkg/mod.py", "tests/pkg/test_mod.py"),
        ("mod.py", "tests/test_mod.py"),
        ("pkg/__init__.py", "tests/pkg/test_init.py"),
        ("src/pkg/__init__.py", "tests/pkg/test_init.py"),
    ];
    for (module, output) in pairs {
        let module = ProjectPath::parse(module, Path::new("/p")).unwrap();
        assert_eq!(default_output(&module).as_str(), output);
    }
}
