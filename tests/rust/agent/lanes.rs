//! Who works the lane of a server: only a process that has the server and a key for its model.

use std::collections::HashMap;

use _core::config::{Inputs, Overrides, Settings, load};
use _core::engine::EngineOptions;
use _core::task::{Kind, Lane};

use crate::sandbox::ground::{probe, python};

fn settings(variables: &[(&str, &str)]) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let inputs = Inputs {
        overrides: Overrides::new(),
        environment: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        working_directory: folder.path().canonicalize().unwrap(),
        running_python: Some(python()),
    };
    load(&inputs).unwrap().0
}

fn server_lane() -> Lane {
    Lane::of_agent(&Kind::GenerateTests, "server")
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
        let options = EngineOptions::of(&settings(variables), probe());
        assert_eq!(options.lanes().contains(&server_lane()), works, "{variables:?}");
    }
}

#[test]
fn a_server_takes_so_many_tasks_at_once_over_all_processes() {
    let runs = ("OPENHANDS_SERVER_RUNS", "2");
    let options = EngineOptions::of(&settings(&[SERVER, KEY, runs]), probe());
    assert_eq!(options.limits.running_per_lane, HashMap::from([(server_lane(), 2)]).into_iter().collect());
    let of_the_lane = ("OPENHANDS_RUNNING_LIMIT_PER_LANE", "generate_tests/server=1");
    let options = EngineOptions::of(&settings(&[SERVER, KEY, runs, of_the_lane]), probe());
    assert_eq!(options.limits.running_per_lane[&server_lane()], 1, "what is said of the lane stands above");
}
