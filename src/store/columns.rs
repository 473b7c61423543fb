//! How do values stand in the columns of a database? Times as microseconds, what is deep as JSON, the same in each.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::access::UserName;
use crate::task::TaskId;

/// A number of rows.
pub(super) fn write_count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A time for its column.
pub(super) fn write_time(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

/// A time from its column.
pub(super) fn read_time(microseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(microseconds).unwrap_or_default()
}

/// A value as JSON text. What a task carries always has a JSON form.
pub(super) fn write_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A value from JSON text.
pub(super) fn read_json<'row, T: Deserialize<'row>>(text: &'row str, id: TaskId) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(id, &error.to_string()))
}

/// The same, where there need not be any.
pub(super) fn read_optional<T: DeserializeOwned>(
    text: Option<&str>,
    id: TaskId,
) -> Result<Option<T>, StoreError> {
    text.map(|text| read_json(text, id)).transpose()
}

/// A path for its column.
pub(super) fn write_path(path: &Path) -> Result<String, StoreError> {
    let refused = || StoreError::Corrupt(format!("{} is no path in UTF-8", path.display()));
    path.to_str().map(str::to_owned).ok_or_else(refused)
}

/// Users from their column.
pub(super) fn read_users(names: &[String]) -> Result<BTreeSet<UserName>, StoreError> {
    names.iter().map(|name| name.parse().map_err(StoreError::Corrupt)).collect()
}

/// One user from its column.
pub(super) fn read_user(name: Option<&str>) -> Result<Option<UserName>, StoreError> {
    name.map(|name| name.parse().map_err(StoreError::Corrupt)).transpose()
}

/// A row of a task that makes no sense.
pub(super) fn corrupt(id: TaskId, reason: &str) -> StoreError {
    StoreError::Corrupt(format!("{id}: {reason}"))
}
