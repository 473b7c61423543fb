//! What does an answer look like, as JSON Schema? What the description of the service says of the same types, as one
//! object that refers to nothing elsewhere.

use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// Where the description keeps its types.
const TYPES: &str = "#/components/schemas/";

/// The schema of a type.
pub(super) fn schema<T: ToSchema>() -> Map<String, Value> {
    let mut named: Vec<(String, RefOr<Schema>)> = Vec::new();
    T::schemas(&mut named);
    let named: Map<String, Value> = named
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect();
    // invariant: what the derive makes has a JSON form, and is an object; a test holds it against real answers.
    match serde_json::to_value(T::schema()).map(|schema| whole(schema, &named)) {
        Ok(Value::Object(schema)) => schema,
        _ => Map::new(),
    }
}

/// A schema with all that it refers to in its place.
fn whole(schema: Value, named: &Map<String, Value>) -> Value {
    match schema {
        Value::Array(items) => items.into_iter().map(|item| whole(item, named)).collect(),
        Value::Object(mut schema) => {
            let meant = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(TYPES));
            if let Some(meant) = meant.and_then(|name| named.get(name)) {
                return whole(meant.clone(), named);
            }
            // An annotation of OpenAPI alone.
            schema.retain(|name, value| name != "example" || value.is_object());
            let parts = match schema.remove("allOf") {
                Some(Value::Array(parts)) => parts,
                _ => Vec::new(),
            };
            let mut one: Map<String, Value> =
                schema.into_iter().map(|(name, value)| (name, whole(value, named))).collect();
            for part in parts {
                join(&mut one, whole(part, named));
            }
            Value::Object(one)
        }
        plain => plain,
    }
}

/// Adds the properties of another object.
fn join(one: &mut Map<String, Value>, other: Value) {
    let Value::Object(other) = other else { return };
    for (name, value) in other {
        match (one.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                one.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::{TaskAnswer, TaskListAnswer};
    use super::*;

    #[test]
    fn an_answer_is_one_object_that_refers_to_nothing() {
        let task = Value::Object(schema::<TaskAnswer>());
        assert_eq!(task["type"], "object");
        for name in ["task_id", "status", "result", "poll_after_ms"] {
            assert!(task["properties"][name].is_object(), "{name} in {task}");
        }
        assert!(task["properties"]["progress"]["properties"]["percentage"].is_object(), "{task}");
        let list = Value::Object(schema::<TaskListAnswer>());
        assert_eq!(list["properties"]["tasks"]["items"], task);
        assert!(!list.to_string().contains("$ref") && !list.to_string().contains("allOf"), "{list}");
    }
}
