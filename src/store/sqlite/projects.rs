//! The projects of a service: kept, looked up and removed.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::operation::Operation;
use super::reader::Reader;
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

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const KEEP: &str = "INSERT OR REPLACE INTO project (id, root, python, artifacts, members, created_at, owner) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Project { id, root, python, artifacts, owner, members, created_at } = &self.project;
        let statement = sqlx::query(KEEP)
            .bind(id.as_str().to_owned())
            .bind(columns::write_path(root)?)
            .bind(python.as_deref().map(columns::write_path).transpose()?)
            .bind(columns::write_path(artifacts)?)
            .bind(columns::write_json(members)?)
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

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const REMOVE: &str = "DELETE FROM project WHERE id = ?1";
        session.execute(sqlx::query(REMOVE).bind(self.id.as_str().to_owned())).await.map(drop)
    }
}

impl Reader {
    /// The project of an id.
    pub(super) async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        const ONE: &str =
            "SELECT id, root, python, artifacts, members, created_at, owner FROM project WHERE id = ?1";
        let query = sqlx::query(ONE).bind(id.as_str().to_owned());
        query.fetch_optional(&*self.pool().await).await?.as_ref().map(read_project).transpose()
    }

    /// The projects of a member, or all, by their ids.
    pub(super) async fn projects(&self, member: Option<UserName>) -> Result<Vec<Project>, StoreError> {
        const ALL: &str = "SELECT id, root, python, artifacts, members, created_at, owner FROM project \
             WHERE ?1 IS NULL OR owner = ?1 OR EXISTS (SELECT 1 FROM json_each(members) WHERE value = ?1) ORDER BY id";
        let query = sqlx::query(ALL).bind(member.map(|member| member.as_str().to_owned()));
        query.fetch_all(&*self.pool().await).await?.iter().map(read_project).collect()
    }
}

fn read_project(row: &SqliteRow) -> Result<Project, StoreError> {
    let members: Vec<String> = serde_json::from_str(row.try_get(4)?)
        .map_err(|error| StoreError::Corrupt(format!("members of a project: {error}")))?;
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
