//! Objects only: the deserializers that `serde` derives also read an array as a struct's fields in order, so a
//! typo such as `"backoff": [1000]` would be taken for something. These take JSON objects alone.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

/// A `T` that was written as an object.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// For a field that is an object.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(input: D) -> Result<T, D::Error> {
    Object::deserialize(input).map(|Object(value)| value)
}

/// For a field that is an object or null.
pub(crate) fn optional_object<'de, D, T>(input: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Object<T>>::deserialize(input)?.map(|Object(value)| value))
}

/// For a field that is a list of objects.
pub(super) fn objects<'de, D, T>(input: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let objects = Vec::<Object<T>>::deserialize(input)?;
    Ok(objects.into_iter().map(|Object(value)| value).collect())
}

#[cfg(test)]
mod tests {
    use crate::model::{Fail, NewTask, Settlement};

    #[test]
    fn an_array_is_not_taken_for_an_object() {
        assert!(serde_json::from_str::<NewTask>(r#"{"backoff":["fixed",5]}"#).is_err());
        assert!(serde_json::from_str::<NewTask>(r#"{"backoff":{"kind":"fixed","base_ms":5}}"#).is_ok());
        assert!(serde_json::from_str::<Fail>(r#"{"lease":"x","error":["no"]}"#).is_err());
        assert!(
            serde_json::from_str::<Fail>(r#"{"lease":"x","error":{"message":"no","details":[1]}}"#).is_ok()
        );
        assert!(serde_json::from_str::<Settlement>(r#"{"agent":"a","claim":[["q"]]}"#).is_err());
        assert!(serde_json::from_str::<Settlement>(r#"{"agent":"a","outcomes":[["x"]]}"#).is_err());
        assert!(serde_json::from_str::<Settlement>(r#"{"agent":"a","claim":null,"outcomes":[]}"#).is_ok());
    }
}
