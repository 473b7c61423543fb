//! What may a role do? Extractors that only let in who may.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::app::App;
use super::scope::Scope;
use crate::access::Role;
use crate::server::http::Problem;

/// The scope of someone who may submit, cancel and retry.
#[derive(Debug)]
pub(in crate::server) struct Writer(pub(in crate::server) Scope);

impl Writer {
    /// Refuses a key that only reads.
    pub(in crate::server) fn of(scope: Scope) -> Result<Self, Problem> {
        if scope.caller().role.may_write() {
            return Ok(Self(scope));
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "the key only reads: ask for one with the role `user`"))
    }
}

impl FromRequestParts<Arc<App>> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Self::of(Scope::from_request_parts(parts, app).await?)
    }
}

/// The scope of someone who looks after the service.
#[derive(Debug)]
pub(in crate::server) struct Admin(pub(in crate::server) Scope);

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let scope = Scope::from_request_parts(parts, app).await?;
        if scope.caller().role == Role::Admin {
            return Ok(Self(scope));
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "this is for keys with the role `admin`"))
    }
}
