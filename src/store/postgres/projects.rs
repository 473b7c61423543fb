//! The projects of a service: kept, looked up and removed.

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::operation::{Operation, Told, Way};
use super::rows;
use super::session::Session;
use crate::access::{Project, ProjectId, UserName};
use crate::store::{StoreError, columns};

/// Keeps a project, in the place of the one that had its id.
pub(super) struct KeepProject {
    pub(super) project: Project,
}

impl Operation for KeepProject {
    type Answer = ();

    const IS_REPEATABLE: bool = true;

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const KEEP: &str = "INSERT INTO testgen.project (id, root, python, artifacts, members, created_at, owner) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET root = excluded.root, \
             python = excluded.python, artifacts = excluded.artifacts, members = excluded.members, \
             created_at = excluded.created_at, owner = excluded.owner";
        let Project { id, root, python, artifacts, owner, members, created_at } = &self.project;
        let members: Vec<String> = members.iter().map(ToString::to_string).collect();
        let statement = sqlx::query(KEEP)
            .bind(id.as_str().to_owned())
            .bind(columns::write_path(root)?)
            .bind(python.as_deref().map(columns::write_path).transpose()?)
            .bind(columns::write_path(artifacts)?)
            .bind(members)
            .bind(rows::write_time(*created_at))
            .bind(owner.as_ref().map(ToString::to_string));
        session.execute(statement).await.map(drop)
    }
}

/// Forgets a project; its files stay.
pub(super) struct RemoveProject {
    pub(super) id: ProjectId,
}

impl Operation for RemoveProject {
    type Answer = ();

    const IS_REPEATABLE: bool = true;

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const REMOVE: &str = "DELETE FROM testgen.project WHERE id = $1";
        session.execute(sqlx::query(REMOVE).bind(self.id.as_str().to_owned())).await.map(drop)
    }
}

/// The project of an id.
pub(super) struct GetProject {
    pub(super) id: ProjectId,
}

impl Operation for GetProject {
    type Answer = Option<Project>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Option<Project>, StoreError> {
        const ONE: &str = "SELECT id, root, python, artifacts, members, created_at, owner FROM testgen.project \
             WHERE id = $1";
        let found = session.rows(sqlx::query(ONE).bind(self.id.as_str().to_owned())).await?;
        found.first().map(read_project).transpose()
    }
}

/// The projects of a member, or all, by their ids.
pub(super) struct GetProjects {
    pub(super) member: Option<UserName>,
}

impl Operation for GetProjects {
    type Answer = Vec<Project>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Vec<Project>, StoreError> {
        const ALL: &str = "SELECT id, root, python, artifacts, members, created_at, owner FROM testgen.project \
             WHERE $1::text IS NULL OR owner = $1 OR $1 = ANY (members) ORDER BY id";
        let member = self.member.as_ref().map(ToString::to_string);
        session.rows(sqlx::query(ALL).bind(member)).await?.iter().map(read_project).collect()
    }
}

fn read_project(row: &PgRow) -> Result<Project, StoreError> {
    let members: Vec<String> = row.try_get(4)?;
    Ok(Project {
        id: row.try_get::<&str, _>(0)?.parse().map_err(StoreError::Corrupt)?,
        root: row.try_get::<&str, _>(1)?.into(),
        python: row.try_get::<Option<&str>, _>(2)?.map(Into::into),
        artifacts: row.try_get::<&str, _>(3)?.into(),
        members: columns::read_users(&members)?,
        created_at: rows::read_time(row.try_get(5)?),
        owner: columns::read_user(row.try_get(6)?)?,
    })
}
