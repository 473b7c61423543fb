//! Which agent writes the tests, and why not another?

use super::check::Check;
use crate::agent::{ServerOptions, look_at_docker, look_at_own_server, probe_server};
use crate::cli::session::Session;
use crate::config::{AgentChoice, Offer};

/// The agent that is taken, then the others in the order in which `auto` takes them.
pub(super) async fn checks(session: &Session) -> [Check; 4] {
    let agent = session.settings.effective_agent();
    let source = session.sources.get("agent").map_or("", |entry| &entry.source);
    let is_ours = agent.name == AgentChoice::SERVER && session.settings.server_url.is_none();
    let whose = if is_ours { " of our own" } else { "" };
    let taken = match agent.reason {
        None => Check::good("agent", format!("{}{whose}, by {source}", agent.name)),
        Some(reason) => Check::note("agent", agent.name, reason),
    };
    [taken, server(session, agent.name).await, docker(session, agent.name), own_server(session, agent.name)]
}

/// Whether the agent server is there; missing only where the tests are to come from it.
async fn server(session: &Session, agent: &str) -> Check {
    const NAME: &str = "server";
    const REMEDY: &str = "set OPENHANDS_SERVER_URL to an OpenHands agent server, with LLM_API_KEY and LLM_MODEL, to have \
        it write the tests";
    let Some(options) = ServerOptions::given(&session.settings) else {
        return Check::unused(NAME, "not configured", REMEDY);
    };
    match probe_server(&options).await {
        Ok(report) if report.makes_once => {
            let detail = format!("OpenHands agent server {} at {}", report.version, options.address());
            Check::good(NAME, detail)
        }
        Ok(report) => {
            let detail = format!("{} is of version {}, which is too old", options.address(), report.version);
            Check::missing(NAME, detail, Some("use openhands-agent-server 1.58 or later".to_owned()))
        }
        Err(failure) if agent == AgentChoice::SERVER => Check::missing(NAME, failure.message, None),
        Err(failure) => Check::note(NAME, failure.message, "it is not needed for the agent above"),
    }
}

fn docker(session: &Session, agent: &str) -> Check {
    const NAME: &str = "docker";
    let settings = &session.settings;
    let good = format!("an engine answers, and has {}", settings.docker_image);
    let is_taken = agent == AgentChoice::DOCKER;
    candidate(session, NAME, is_taken, good, || look_at_docker(settings))
}

fn own_server(session: &Session, agent: &str) -> Check {
    const NAME: &str = "own server";
    let settings = &session.settings;
    let good = "an interpreter has it, and bubblewrap shuts it in".to_owned();
    let is_taken = agent == AgentChoice::SERVER && settings.server_url.is_none();
    // One that is named runs with what there is.
    let is_needed = is_taken && settings.agent != AgentChoice::Server;
    candidate(session, NAME, is_needed, good, || look_at_own_server(settings, &session.host.probe))
}

/// What would keep such a server from being used; nobody looks where it would not be used anyway.
fn candidate(
    session: &Session,
    name: &'static str,
    is_needed: bool,
    good: String,
    look: impl FnOnce() -> Offer,
) -> Check {
    const KEY: &str = "set LLM_API_KEY with LLM_MODEL, or OPENROUTER_API_KEY";
    let settings = &session.settings;
    if settings.agent == AgentChoice::Local || !settings.enable_real_agent {
        return Check::good(name, "not needed: the embedded agent is chosen");
    }
    if !settings.llm().is_complete(settings) {
        return Check::unused(name, "not looked at: it needs a key for its model", KEY);
    }
    match look() {
        Ok(()) => Check::good(name, good),
        Err(lack) if is_needed => Check::missing(name, lack.what, Some(lack.remedy)),
        Err(lack) => Check::note(name, lack.what, lack.remedy),
    }
}
