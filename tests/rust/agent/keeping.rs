//! A server of ours: where its keys are, how often there is one, when it is given up, and that nothing of it is left.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use _core::task::ErrorKind;

use super::PATIENCE;
use super::bench::{Bench, GOOD, all_bytes, lines, writes};
use super::fake::Step;
use super::hosts::{IMAGE, Kind};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_server_runs_in_the_sandbox_with_keys_that_nobody_else_reads() {
    let bench = Bench::on(Kind::Own, [writes(GOOD), writes(GOOD)]);
    bench.succeeds().await;
    let begun = bench.host.control().begun();
    assert_eq!(begun.len(), 1);
    let mode = |name: &str| bench.host.folder().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("keys"), mode(""), mode("conversations")), (0o600, 0o700, 0o700));
    let arguments = begun[0]["arguments"].to_string();
    for key in ["key", "secret"].map(|name| begun[0][name].as_str().unwrap().to_owned()) {
        assert_eq!(key.len(), 64);
        assert!(!arguments.contains(&key), "a key is among the arguments");
    }
    std::fs::remove_file(bench.root().join(super::bench::OUTPUT)).unwrap();
    let old = bench.host.folder().join("shells/old");
    std::fs::write(&old, "said by a shell").unwrap();
    bench.succeeds().await;
    assert!(!old.exists(), "nobody reads it again");
    let again = &bench.host.control().begun()[1];
    assert_eq!((&again["key"], &again["secret"]), (&begun[0]["key"], &begun[0]["secret"]), "they are kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_on_one_folder_share_one_server_and_the_second_takes_it_over() {
    let bench = Bench::on(Kind::Own, [writes(GOOD), vec![Step::Act("begin"), Step::Hang], writes(GOOD)]);
    let (first, second) = (bench.engine().await, bench.engine().await);
    let id = bench.submit(&first).await;
    assert!(first.wait(id, Some(PATIENCE)).await.unwrap().is_success());
    std::fs::remove_file(bench.root().join(super::bench::OUTPUT)).unwrap();
    let id = bench.submit(&second).await;
    bench.server.until(|world| (world.runs_begun == 2).then_some(())).await;
    assert_eq!(bench.host.control().begun().len(), 1, "the second works on the server of the first");
    first.stop(Duration::ZERO).await;
    let finished = second.wait(id, Some(PATIENCE)).await.unwrap();
    assert!(finished.is_success(), "{:?}", finished.failure());
    assert_eq!((bench.host.control().begun().len(), bench.server.world().made.len()), (2, 2));
    bench.nothing_is_left(&finished.task);
    bench.stop(second).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_again_and_again_is_given_up() {
    let bench = Bench::on(Kind::Own, []);
    std::fs::remove_file(bench.host.folder().join("conversations/control")).unwrap();
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Transient, "{failure}");
    assert!(failure.message.starts_with("our own agent server: it ended with exit code 1: "), "{failure}");
    assert!(failure.message.contains("FileNotFoundError"), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_gets_its_keys_by_the_environment_and_answers_on_loopback() {
    let bench = Bench::on(Kind::Container, [writes(GOOD)]);
    bench.succeeds().await;
    let asked = bench.host.control().asked();
    let run = asked.iter().find(|asked| asked["docker"][0] == "run").unwrap();
    let words = run["docker"].to_string();
    assert!(words.contains(r#""--env","SESSION_API_KEY","--env","OH_SECRET_KEY""#), "{words}");
    assert!(words.contains(r#""--publish","127.0.0.1::8000""#) && words.contains(IMAGE), "{words}");
    for key in run["env"].as_object().unwrap().values() {
        let key = key.as_str().unwrap();
        assert!(!words.contains(key), "a key is among the arguments");
        let kept = all_bytes(&bench.root());
        assert!(!kept.windows(key.len()).any(|part| part == key.as_bytes()), "a key is in a file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_engine_or_an_image_the_task_says_what_to_do() {
    let bench = Bench::on(Kind::Container, []);
    bench.host.control().take_engine_away();
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Environment);
    assert_eq!(
        failure.message,
        "no Docker engine answers: Cannot connect to the Docker daemon.; start one, or choose another agent \
         (OPENHANDS_AGENT)"
    );
    let bench = Bench::on(Kind::Container, []);
    let mut options = bench.options();
    let _core::agent::HostOptions::Docker(docker) = &mut options.host else { unreachable!() };
    docker.image = "nobody/has:this".to_owned();
    let engine = bench.engine_with(options).await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let failure = finished.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::Environment);
    assert!(failure.message.contains("run `docker pull nobody/has:this` once"), "{failure}");
    bench.stop(engine).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_never_answers_is_removed_and_the_task_says_so() {
    let bench = Bench::on(Kind::Container, []);
    bench.server.world().is_never_ready = true;
    let mut options = bench.options();
    let _core::agent::HostOptions::Docker(docker) = &mut options.host else { unreachable!() };
    docker.start = Duration::from_millis(300);
    let engine = bench.engine_with(options).await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let failure = finished.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::Transient);
    assert!(failure.message.contains("OPENHANDS_DOCKER_TIMEOUT"), "{failure}");
    assert_eq!(bench.host.control().containers(), Vec::<String>::new());
    assert!(lines(&engine, id).await.is_empty());
    bench.stop(engine).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn containers_of_dead_processes_are_removed_at_the_start_and_no_others() {
    let bench = Bench::on(Kind::Container, []);
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let boot = boot.trim();
    let this = _core::sandbox::Holder::this().unwrap().to_string();
    let (_, namespace) = this.rsplit_once('.').unwrap();
    let control = bench.host.control();
    control.add_container("dead", format!("4194304.1.{namespace}/{boot}"));
    control.add_container("alive", format!("{this}/{boot}"));
    control.add_container("elsewhere", format!("4194304.1.{namespace}/another-boot"));
    control.add_container("strange", "whatever".to_owned());
    let engine = bench.engine().await;
    assert_eq!(control.containers(), ["alive", "elsewhere", "strange"]);
    engine.stop(Duration::ZERO).await;
}
