//! Who works the lane of a server: only a process that has the server and a key for its model.

use std::collections::BTreeMap;

use _core::config::{Inputs, Lack, Lookout, Offers, Overrides, Settings, load};
use _core::engine::EngineOptions;
use _core::task::{Kind, Lane};

use crate::sandbox::ground::{probe, python};

fn settings(variables: &[(&str, &str)]) -> Settings {
    settings_where(variables, Lookout::default())
}

fn settings_where(variables: &[(&str, &str)], lookout: Lookout) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let inputs = Inputs {
        overrides: Overrides::new(),
        environment: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        working_directory: folder.path().canonicalize().unwrap(),
        running_python: Some(python()),
        lookout,
    };
    load(&inputs).unwrap().0
}

fn server_lane() -> Lane {
    Lane::of_agent(&Kind::GenerateTests, "server")
}

fn errand_lane() -> Lane {
    Lane::of_agent(&Kind::AgentTask, "server")
}

const SERVER: (&str, &str) = ("OPENHANDS_SERVER_URL", "http://127.0.0.1:8000");
const KEY: (&str, &str) = ("OPENROUTER_API_KEY", "sk-or");

#[test]
fn a_process_without_server_or_key_does_not_work_its_lane() {
    for (variables, works) in [
        (&[SERVER, KEY][..], true),
        (&[SERVER], false),
        (&[KEY], false),
        (&[SERVER, KEY, ("OPENHANDS_ENABLE_REAL_AGENT", "false")], false),
        (&[SERVER, KEY, ("OPENHANDS_WORKERS", "0")], false),
    ] {
        let options = EngineOptions::of(&settings(variables), &probe());
        for lane in [server_lane(), errand_lane()] {
            assert_eq!(options.lanes().contains(&lane), works, "{variables:?}");
        }
        assert!(!options.lanes().contains(&Lane::of_agent(&Kind::AgentTask, "local")));
    }
}

#[test]
fn who_has_docker_or_a_server_of_its_own_works_that_lane() {
    let docker_lane = Lane::of_agent(&Kind::GenerateTests, "docker");
    let docker = || Offers { docker: Some(Ok(())), own_server: None };
    let own = || Offers { docker: Some(Err(Lack::new("no engine", "start one"))), own_server: Some(Ok(())) };
    let python = python().display().to_string();
    let named = [KEY, ("OPENHANDS_PYTHON", python.as_str())];
    for (offers, lanes) in
        [(docker(), [&docker_lane, &server_lane()]), (own(), [&server_lane(), &docker_lane])]
    {
        let settings = settings_where(&named, Lookout::new(move |_| offers.clone()));
        let worked = EngineOptions::of(&settings, &probe()).lanes();
        assert_eq!(lanes.map(|lane| worked.contains(lane)), [true, false], "{worked:?}");
    }
    let without_workers = [KEY, ("OPENHANDS_WORKERS", "0")];
    let unasked = Lookout::new(|_| panic!("who works nothing does not look"));
    assert!(EngineOptions::of(&settings_where(&without_workers, unasked), &probe()).lanes().is_empty());
}

#[test]
fn a_server_takes_so_many_tasks_at_once_over_all_processes() {
    let runs = ("OPENHANDS_SERVER_RUNS", "2");
    let options = EngineOptions::of(&settings(&[SERVER, KEY, runs]), &probe());
    assert_eq!(options.limits.running_per_agent, BTreeMap::from([("server".into(), 2)]), "of whatever kind");
    let pool = options.pools.iter().find(|pool| pool.lanes.contains(&server_lane())).unwrap();
    assert!(pool.lanes.contains(&errand_lane()) && pool.workers == 2, "they share their workers");
}
