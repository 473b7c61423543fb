//! What does a query string say? Each name once; unknown ones are refused, as in a body.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;

use super::problem::Problem;

/// The values of these names; others are refused.
pub(in crate::server) fn query_of(uri: &Uri, known: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|error| Problem::field("query", error.to_string()))?;
    let mut values = BTreeMap::new();
    for (name, value) in pairs {
        if !known.contains(&name.as_str()) {
            let name: String = name.chars().take(64).collect();
            let detail = match known {
                [] => "is unknown: nothing is read here".to_owned(),
                known => format!("is unknown: {} are read", known.join(", ")),
            };
            return Err(Problem::field(name, detail));
        }
        if values.contains_key(&name) {
            return Err(Problem::field(name, "stands there twice: name it once"));
        }
        values.insert(name, value);
    }
    Ok(values)
}
