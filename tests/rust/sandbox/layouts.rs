//! How is a module imported?

use _core::sandbox::ModuleLayout;

use super::ground::Ground;

async fn layout(files: &[&str], module: &str) -> (Option<String>, String) {
    let files: Vec<(&str, &str)> = files.iter().map(|file| (*file, "")).collect();
    let ground = Ground::of(&files).await;
    let layout = ModuleLayout::find(ground.project.dir(), &ground.path(module));
    (layout.import_root.map(|root| root.to_string()), layout.module_name)
}

#[tokio::test]
async fn a_package_in_the_root() {
    let found = layout(&["shop/__init__.py", "shop/cart.py"], "shop/cart.py").await;
    assert_eq!(found, (None, "shop.cart".into()));
}

#[tokio::test]
async fn a_package_below_src() {
    let found = layout(&["src/shop/__init__.py", "src/shop/cart.py"], "src/shop/cart.py").await;
    assert_eq!(found, (Some("src".into()), "shop.cart".into()));
}

#[tokio::test]
async fn a_module_right_below_src() {
    assert_eq!(layout(&["src/cart.py"], "src/cart.py").await, (Some("src".into()), "cart".into()));
}

#[tokio::test]
async fn src_that_is_a_package_itself() {
    let found = layout(&["src/__init__.py", "src/cart.py"], "src/cart.py").await;
    assert_eq!(found, (None, "src.cart".into()));
}

#[tokio::test]
async fn a_namespace_package() {
    assert_eq!(layout(&["components/auth.py"], "components/auth.py").await, (None, "components.auth".into()));
    let found = layout(&["backend/src/app/a/b.py"], "backend/src/app/a/b.py").await;
    assert_eq!(found, (Some("backend/src".into()), "app.a.b".into()));
}

#[tokio::test]
async fn the_package_itself_and_a_lone_module() {
    assert_eq!(layout(&["shop/__init__.py"], "shop/__init__.py").await, (None, "shop".into()));
    assert_eq!(layout(&["cart.py"], "cart.py").await, (None, "cart".into()));
}
