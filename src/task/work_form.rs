//! How is work written down? `{"kind": …, "payload": …}`, the kind first: it says how the payload is read.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::{Custom, Kind, Work};

impl Serialize for Work {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("Work", 2)?;
        form.serialize_field("kind", &self.kind())?;
        match self {
            Self::GenerateTests(request) => form.serialize_field("payload", request)?,
            Self::AgentTask(request) => form.serialize_field("payload", request)?,
            Self::Documents(documents) => form.serialize_field("payload", documents)?,
            Self::Planning(planning) => form.serialize_field("payload", planning)?,
            Self::Webhook(webhook) => form.serialize_field("payload", webhook)?,
            Self::Noop => {}
            Self::Custom(custom) => form.serialize_field("payload", &custom.payload)?,
        }
        form.end()
    }
}

impl<'de> Deserialize<'de> for Work {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Form)
    }
}

struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = Work;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a kind, then its payload")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut form: A) -> Result<Work, A::Error> {
        expect(&mut form, "kind")?;
        let work = match form.next_value()? {
            Kind::GenerateTests => Work::GenerateTests(payload(&mut form)?),
            Kind::AgentTask => Work::AgentTask(payload(&mut form)?),
            Kind::GenerateRtm | Kind::GenerateTestCases | Kind::CoverageAnalysis => {
                Work::Documents(payload(&mut form)?)
            }
            Kind::PlanGeneration | Kind::RequirementsParsing | Kind::PlanValidation => {
                Work::Planning(payload(&mut form)?)
            }
            Kind::Webhook => Work::Webhook(payload(&mut form)?),
            Kind::Noop => Work::Noop,
            Kind::Custom(kind) => Work::Custom(Box::new(Custom { kind, payload: payload(&mut form)? })),
        };
        while form.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(work)
    }
}

fn payload<'de, A: MapAccess<'de>, T: Deserialize<'de>>(form: &mut A) -> Result<T, A::Error> {
    expect(form, "payload")?;
    form.next_value()
}

fn expect<'de, A: MapAccess<'de>>(form: &mut A, name: &'static str) -> Result<(), A::Error> {
    match form.next_key::<String>()? {
        Some(key) if key == name => Ok(()),
        _ => Err(de::Error::missing_field(name)),
    }
}
