//! What may a header or a query hold? Text: one that need not be there is left out, and never null.

use utoipa::Modify;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

/// Takes null from the types of parameters.
pub(super) struct Parameters;

impl Modify for Parameters {
    fn modify(&self, document: &mut OpenApi) {
        let items = document.paths.paths.values_mut();
        let operations = items.flat_map(|item| [&mut item.get, &mut item.post, &mut item.delete]).flatten();
        for parameter in operations.flat_map(|operation| operation.parameters.iter_mut()).flatten() {
            if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema {
                object.schema_type = without_null(std::mem::take(&mut object.schema_type));
            }
        }
    }
}

fn without_null(given: SchemaType) -> SchemaType {
    let SchemaType::Array(mut types) = given else { return given };
    types.retain(|one| *one != Type::Null);
    match types.as_slice() {
        [one] => SchemaType::Type(one.clone()),
        _ => SchemaType::Array(types),
    }
}
