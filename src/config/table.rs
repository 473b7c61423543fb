//! Which settings are there? The one table: name, variable, rule, default, and what each is for.

use super::agent::{AgentChoice, FilesChoice};
use super::model::ModelPreset;
use super::rule::Rule;
use super::setting::Setting;
use super::store::MigrateChoice;
use super::transfer::Transfer;

/// Ten years: what the longest time may be, so that no sum with a clock overflows.
const LONGEST_SECONDS: f64 = 315_360_000.0;

/// More than any store should hold.
const MOST_TASKS: u64 = 100_000_000;

/// Every setting, in the order in which `config show` lists them.
pub const SETTINGS: &[Setting] = &[
    Setting::new(
        "project_root",
        "OPENHANDS_PROJECT_ROOT",
        Rule::Path,
        None,
        "The project under test; by default the nearest folder with pyproject.toml, setup.cfg, setup.py or .git.",
    )
    .not_in_pyproject(),
    Setting::new(
        "python",
        "OPENHANDS_PROJECT_PYTHON",
        Rule::Path,
        None,
        "The project's interpreter; by default that of VIRTUAL_ENV, else of .venv, else the one that runs us.",
    ),
    Setting::new(
        "workspace_root",
        "OPENHANDS_WORKSPACE_ROOT",
        Rule::Path,
        Some("./openhands_workspace"),
        "Where attempts and the default store live, taken from the project root.",
    ),
    Setting::new(
        "workspace_isolation",
        "OPENHANDS_WORKSPACE_ISOLATION",
        Rule::Flag,
        Some("true"),
        "Whether each task gets a workspace of its own.",
    ),
    Setting::new(
        "project_transfer",
        "OPENHANDS_PROJECT_TRANSFER",
        Rule::Choice { names: Transfer::NAMES },
        Some("path"),
        "How a task's project gets to the machine that runs it: path, it is there at the same path, or snapshot, packed \
         through the store.",
    ),
    Setting::new(
        "snapshot_limit_mb",
        "OPENHANDS_SNAPSHOT_LIMIT_MB",
        Rule::Whole { min: 1, max: 512 },
        Some("32"),
        "How much a packed project may take, in megabytes.",
    ),
    Setting::new(
        "store",
        "OPENHANDS_STORE",
        Rule::Address,
        None,
        "Where tasks live: memory:, sqlite:PATH or postgres://USER@HOST/DATABASE; by default \
         sqlite:<workspace_root>/tasks.db.",
    ),
    Setting::new(
        "store_migrate",
        "OPENHANDS_STORE_MIGRATE",
        Rule::Choice { names: MigrateChoice::NAMES },
        Some("auto"),
        "Who brings an old schema of the store up to date: auto, whoever opens it, or never, only the command `migrate`.",
    ),
    Setting::new(
        "store_read_only",
        "OPENHANDS_STORE_READ_ONLY",
        Rule::Flag,
        Some("false"),
        "Whether nothing is written to the store: tasks can be looked at and waited for, and nothing else.",
    ),
    Setting::new(
        "store_connections",
        "OPENHANDS_STORE_CONNECTIONS",
        Rule::Whole { min: 2, max: 100 },
        Some("8"),
        "How many connections to PostgreSQL this process has at most, beside the one that listens.",
    ),
    Setting::new(
        "store_connect_seconds",
        "OPENHANDS_STORE_CONNECT_SECONDS",
        Rule::Number { min: 1.0, max: 300.0 },
        Some("10"),
        "How long a connection to PostgreSQL is waited for.",
    ),
    Setting::new(
        "store_retry_seconds",
        "OPENHANDS_STORE_RETRY_SECONDS",
        Rule::Number { min: 0.0, max: 300.0 },
        Some("10"),
        "How long an operation is done again while PostgreSQL is away, before it fails.",
    ),
    Setting::new(
        "store_statement_seconds",
        "OPENHANDS_STORE_STATEMENT_SECONDS",
        Rule::Number { min: 1.0, max: 3600.0 },
        Some("20"),
        "How long one statement may take on PostgreSQL (statement_timeout), and its answer.",
    ),
    Setting::new(
        "store_lock_seconds",
        "OPENHANDS_STORE_LOCK_SECONDS",
        Rule::Number { min: 0.1, max: 3600.0 },
        Some("10"),
        "How long a statement waits there for a lock (lock_timeout).",
    ),
    Setting::new(
        "store_idle_seconds",
        "OPENHANDS_STORE_IDLE_SECONDS",
        Rule::Number { min: 1.0, max: 3600.0 },
        Some("30"),
        "How long a transaction of a process that hangs stays open there (idle_in_transaction_session_timeout).",
    ),
    Setting::new(
        "agent",
        "OPENHANDS_AGENT",
        Rule::Choice { names: AgentChoice::NAMES },
        Some("auto"),
        "Who writes the tests: local, server (at server_url, else one of our own), docker, or auto, the best there is.",
    )
    .hint("use `local`, `docker`, or `server` with server_url or openhands_python"),
    Setting::new(
        "server_url",
        "OPENHANDS_SERVER_URL",
        Rule::Url,
        None,
        "Where an OpenHands agent server answers.",
    )
    .not_in_pyproject(),
    Setting::new(
        "openhands_python",
        "OPENHANDS_PYTHON",
        Rule::Path,
        None,
        "An interpreter that has openhands-agent-server, for a server of our own where server_url names none.",
    )
    .not_in_pyproject(),
    Setting::new(
        "session_api_key",
        "OPENHANDS_SESSION_API_KEY",
        Rule::Secret,
        None,
        "The key of that server; never printed, stored or logged.",
    )
    .not_in_pyproject(),
    Setting::new(
        "server_files",
        "OPENHANDS_SERVER_FILES",
        Rule::Choice { names: FilesChoice::NAMES },
        Some("auto"),
        "How the server gets at the project's copy: shared (the same path), upload, or auto: shared on this machine.",
    ),
    Setting::new(
        "server_runs",
        "OPENHANDS_SERVER_RUNS",
        Rule::Whole { min: 1, max: 256 },
        Some("4"),
        "How many tasks work on a server at once, in all processes of the store; about two for each of its cores.",
    ),
    Setting::new(
        "llm_model",
        "LLM_MODEL",
        Rule::Text,
        None,
        "The model of an OpenHands agent, by its id with the provider in front; stands above the presets.",
    ),
    Setting::new(
        "llm_fallback_models",
        "LLM_FALLBACK_MODELS",
        Rule::Text,
        None,
        "Models of the same provider that take over, in this order, from one that is rate-limited or used up: a,b.",
    ),
    Setting::new(
        "llm_api_key",
        "LLM_API_KEY",
        Rule::Secret,
        None,
        "The key of that model's provider; never printed, stored or logged.",
    )
    .not_in_pyproject(),
    Setting::new(
        "llm_base_url",
        "LLM_BASE_URL",
        Rule::Url,
        None,
        "Where that provider answers; by default where its name says.",
    )
    .not_in_pyproject(),
    Setting::new(
        "max_cost_usd",
        "OPENHANDS_MAX_COST_USD",
        Rule::Number { min: 0.0, max: 100_000.0 },
        Some("0"),
        "What an OpenHands agent may spend on a task, as far as the cost is known; 0 is no limit, here and below.",
    ),
    Setting::new(
        "max_tokens",
        "OPENHANDS_MAX_TOKENS",
        Rule::Whole { min: 0, max: 1_000_000_000 },
        Some("0"),
        "How many tokens its model may read and write for a task.",
    ),
    Setting::new(
        "agent_steps",
        "OPENHANDS_AGENT_STEPS",
        Rule::Whole { min: 1, max: 1000 },
        Some("50"),
        "How many steps of its own an OpenHands agent may take before its work is looked at.",
    ),
    Setting::new(
        "no_progress_seconds",
        "OPENHANDS_NO_PROGRESS_SECONDS",
        Rule::Whole { min: 1, max: 3600 },
        Some("180"),
        "How long it may say nothing new before it is stopped.",
    ),
    Setting::new(
        "fill_gap",
        "OPENHANDS_FILL_GAP",
        Rule::Flag,
        Some("true"),
        "Whether tests of the embedded agent fill the gap where those of an OpenHands agent stay below the threshold.",
    ),
    Setting::new(
        "workers",
        "OPENHANDS_WORKERS",
        Rule::Whole { min: 0, max: 256 },
        Some("3"),
        "How many tasks this process runs at once; 0 runs none.",
    ),
    Setting::new(
        "labels",
        "OPENHANDS_LABELS",
        Rule::Labels,
        None,
        "What this machine has, such as `gpu,intranet`: it runs tasks that require nothing else; 6 at most.",
    )
    .not_in_pyproject(),
    Setting::new(
        "webhook_networks",
        "OPENHANDS_WEBHOOK_NETWORKS",
        Rule::Networks,
        None,
        "Networks that webhooks may go to though they are not public, such as `10.1.0.0/16,fd00::/8`.",
    )
    .not_in_pyproject(),
    Setting::new(
        "queue_size",
        "OPENHANDS_QUEUE_SIZE",
        Rule::Whole { min: 0, max: MOST_TASKS },
        Some("0"),
        "How many tasks may wait in the store; one more is refused. 0 is no limit, here and below.",
    ),
    Setting::new(
        "queue_size_per_owner",
        "OPENHANDS_QUEUE_SIZE_PER_OWNER",
        Rule::Whole { min: 0, max: MOST_TASKS },
        Some("0"),
        "The same for the tasks of one owner.",
    ),
    Setting::new(
        "running_limit",
        "OPENHANDS_RUNNING_LIMIT",
        Rule::Whole { min: 0, max: MOST_TASKS },
        Some("0"),
        "How many tasks run at once in all processes of the store.",
    ),
    Setting::new(
        "running_limit_per_owner",
        "OPENHANDS_RUNNING_LIMIT_PER_OWNER",
        Rule::Whole { min: 0, max: MOST_TASKS },
        Some("0"),
        "The same for the tasks of one owner.",
    ),
    Setting::new(
        "running_limit_per_lane",
        "OPENHANDS_RUNNING_LIMIT_PER_LANE",
        Rule::Figures { names: "lane", min: 0 },
        None,
        "The same for some lanes (kind, or kind/agent), such as `generate_tests/local=2`.",
    ),
    Setting::new(
        "max_iterations",
        "OPENHANDS_MAX_ITERATIONS",
        Rule::Whole { min: 1, max: 20 },
        Some("3"),
        "How often the agent may go on after a verification.",
    ),
    Setting::new(
        "require_sandbox",
        "OPENHANDS_REQUIRE_SANDBOX",
        Rule::Flag,
        Some("false"),
        "Whether a missing sandbox fails the task.",
    ),
    Setting::new(
        "min_mutation_score",
        "OPENHANDS_MIN_MUTATION_SCORE",
        Rule::Whole { min: 0, max: 100 },
        Some("0"),
        "How many of 20 faults put into the module the tests must notice, in percent; 0 does not try.",
    ),
    Setting::new(
        "default_timeout_seconds",
        "OPENHANDS_TIMEOUT",
        Rule::Number { min: 10.0, max: 3600.0 },
        Some("300"),
        "How long a call waits, and an attempt may take, where nothing else is said.",
    ),
    Setting::new(
        "max_retries",
        "OPENHANDS_MAX_RETRIES",
        Rule::Whole { min: 0, max: 10 },
        Some("3"),
        "How often a task is tried again after a failure that may pass.",
    ),
    Setting::new(
        "retry_base_delay",
        "OPENHANDS_RETRY_BASE_DELAY",
        Rule::Number { min: 0.1, max: 60.0 },
        Some("1.0"),
        "Seconds before the first retry; later ones wait longer.",
    ),
    Setting::new(
        "resume_max_age_seconds",
        "OPENHANDS_RESUME_MAX_AGE_SECONDS",
        Rule::Number { min: 0.0, max: LONGEST_SECONDS },
        Some("3600"),
        "How old a task of a dead process may be to go on at the next start; 0 adopts none.",
    ),
    Setting::new(
        "retention_seconds",
        "OPENHANDS_RETENTION_SECONDS",
        Rule::Number { min: 1.0, max: LONGEST_SECONDS },
        Some("86400"),
        "How long finished tasks are kept.",
    ),
    Setting::new(
        "retention_seconds_by_kind",
        "OPENHANDS_RETENTION_SECONDS_BY_KIND",
        Rule::Figures { names: "kind", min: 1 },
        None,
        "The same for some kinds of task, such as `noop=60`; those of planning are kept for an hour.",
    ),
    Setting::new(
        "api_key",
        "OPENROUTER_API_KEY",
        Rule::Secret,
        None,
        "The key of the model provider; never printed, stored or logged.",
    )
    .not_in_pyproject(),
    Setting::new(
        "base_url",
        "OPENHANDS_BASE_URL",
        Rule::Url,
        Some("https://openrouter.ai/api/v1"),
        "Where the model provider answers.",
    ),
    Setting::new(
        "model_preset",
        "OPENHANDS_MODEL",
        Rule::Choice { names: ModelPreset::NAMES },
        Some("gemini-flash"),
        "The model, by a short name.",
    )
    .hint("for any other model set custom_model_id (OPENHANDS_CUSTOM_MODEL_ID)"),
    Setting::new(
        "custom_model_id",
        "OPENHANDS_CUSTOM_MODEL_ID",
        Rule::Text,
        None,
        "The model, by its full id; stands above model_preset.",
    ),
    Setting::new(
        "enable_real_agent",
        "OPENHANDS_ENABLE_REAL_AGENT",
        Rule::Flag,
        Some("true"),
        "Whether an OpenHands agent may be used; false means the embedded agent.",
    ),
    Setting::new(
        "fallback_to_mock",
        "OPENHANDS_FALLBACK_TO_MOCK",
        Rule::Flag,
        Some("false"),
        "Whether the embedded agent steps in where an OpenHands agent fails; no result is ever made up.",
    ),
    Setting::new(
        "circuit_breaker_enabled",
        "OPENHANDS_ENABLE_CIRCUIT_BREAKER",
        Rule::Flag,
        Some("true"),
        "Whether a provider that keeps failing is left alone for a while.",
    ),
    Setting::new(
        "circuit_breaker_failure_threshold",
        "OPENHANDS_CIRCUIT_BREAKER_FAILURE_THRESHOLD",
        Rule::Whole { min: 1, max: 20 },
        Some("5"),
        "How many failures in a row open the circuit breaker.",
    ),
    Setting::new(
        "circuit_breaker_timeout_seconds",
        "OPENHANDS_CIRCUIT_BREAKER_TIMEOUT_SECONDS",
        Rule::Whole { min: 10, max: 600 },
        Some("60"),
        "How long the circuit breaker stays open.",
    ),
    Setting::new(
        "use_docker_runtime",
        "OPENHANDS_USE_DOCKER_RUNTIME",
        Rule::Flag,
        Some("false"),
        "Whether auto may take Docker where the generator says use_docker=False.",
    ),
    Setting::new(
        "docker_image",
        "OPENHANDS_DOCKER_IMAGE",
        Rule::Text,
        Some("ghcr.io/openhands/agent-server:1.58.0-python"),
        "The image of the OpenHands agent server.",
    )
    .not_in_pyproject(),
    Setting::new(
        "docker_runtime_image",
        "OPENHANDS_DOCKER_RUNTIME_IMAGE",
        Rule::Text,
        Some("docker.all-hands.dev/all-hands-ai/runtime:0.54-nikolaik"),
        "Of earlier versions of OpenHands; not used: the agent's commands run in docker_image.",
    ),
    Setting::new(
        "docker_timeout",
        "OPENHANDS_DOCKER_TIMEOUT",
        Rule::Number { min: 10.0, max: 3600.0 },
        Some("600"),
        "How long, in seconds, a container may take until its agent server answers.",
    ),
];
