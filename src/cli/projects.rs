//! `projects`: which projects do the users of the service work on, and who on which?

use std::time::Duration;

use super::arguments::{AddProject, Json, NAME, Projects};
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD, Terminal};
use super::session::Session;
use crate::access::{Project, ProjectId};
use crate::engine::Engine;
use crate::store::StoreLocation;

/// `projects …`.
pub(super) async fn run(
    command: &Projects,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    if session.location == StoreLocation::Memory {
        return Err(CommandError::Usage {
            message: "the store `memory:` ends with this process, and its projects with it".to_owned(),
            hint: "name the store of the service: `--store sqlite:PATH`".to_owned(),
        });
    }
    let engine = session.open_without_workers().await?;
    let outcome = match command {
        Projects::Add(command) => add(command, session, &engine, terminal).await,
        Projects::List(format) => list(*format, &engine, terminal).await,
        Projects::Remove { id } => remove(id, &engine, terminal).await,
    };
    engine.stop(Duration::ZERO).await;
    outcome
}

async fn add(
    command: &AddProject,
    session: &Session,
    engine: &Engine,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let made = Project::at(&command.path, command.id.clone(), &session.settings.workspace_root);
    let made = made
        .map_err(|message| CommandError::Usage { message, hint: "name the folder of its code".to_owned() })?;
    let members = command.members.iter().cloned().collect();
    let project = Project { owner: command.owner.clone(), members, ..made };
    engine.keep_project(project.clone()).await?;
    if command.format.json {
        output::print_json(&project)?;
    } else {
        terminal.note(format_args!(
            "project {} lies in {}, its documents in {}; members: {}",
            project.id,
            project.root.display(),
            project.artifacts.display(),
            members_of(&project)
        ));
    }
    Ok(Exit::Done)
}

async fn list(format: Json, engine: &Engine, terminal: &Terminal) -> Result<Exit, CommandError> {
    let projects = engine.projects(None).await?;
    if format.json {
        output::print_json(&projects)?;
    } else if projects.is_empty() {
        terminal.note(format_args!("no projects: `{NAME} projects add ID PATH` adds one"));
    } else {
        output::print(table(&projects))?;
    }
    Ok(Exit::Done)
}

fn table(projects: &[Project]) -> String {
    let width = projects.iter().map(|project| project.id.as_str().len()).max().unwrap_or_default().max(7);
    let head = format!("{BOLD}{:<width$}  {:<32}  MEMBERS{BOLD:#}", "PROJECT", "PATH");
    let rows = projects.iter().map(|project| {
        let path = project.root.display().to_string();
        format!("{:<width$}  {path:<32}  {}", project.id.as_str(), members_of(project))
    });
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn members_of(project: &Project) -> String {
    let owner = project.owner.as_ref().map(|owner| format!("{owner} (owner)"));
    let members = project.members.iter().map(ToString::to_string);
    let all: Vec<String> = owner.into_iter().chain(members).collect();
    if all.is_empty() { "none but admins".to_owned() } else { all.join(", ") }
}

async fn remove(id: &ProjectId, engine: &Engine, terminal: &Terminal) -> Result<Exit, CommandError> {
    match engine.remove_project(id.clone()).await? {
        Some(project) => {
            let (id, artifacts) = (&project.id, project.artifacts.display());
            terminal.note(format_args!("project {id} is forgotten; its documents stay in {artifacts}"));
            Ok(Exit::Done)
        }
        None => Err(CommandError::Usage {
            message: format!("no project has the id {id}"),
            hint: format!("`{NAME} projects list` shows all there are"),
        }),
    }
}
