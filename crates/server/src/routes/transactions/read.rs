//! Reads a transaction, each operation in the shape that its name asks for.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use waggle_task_queue::limits::{TRANSACTION_CONDITIONS, TRANSACTION_OPS};
use waggle_task_queue::model::{
    Condition, FieldError, Invalid, MessageSend, Operation, StateDelete, StateIncrement, StatePut,
    TaskComplete, TaskFail, TaskRelease, TaskSubmit, Transaction,
};

use crate::extract::{parse, parse_borrowed};
use crate::problem::{Code, Problem};

/// A transaction, its operations still as their texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'a> {
    #[serde(borrow, rename = "if", default)]
    conditions: Vec<&'a RawValue>,
    #[serde(borrow)]
    ops: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnedParts {
    #[serde(rename = "if", default)]
    #[expect(dead_code, reason = "only its shape is of interest, to say where a body departs from it")]
    conditions: Vec<Box<RawValue>>,
    #[expect(dead_code, reason = "only its shape is of interest, to say where a body departs from it")]
    ops: Vec<Box<RawValue>>,
}

/// The name of an operation; its other fields are read once it is known.
#[derive(Deserialize)]
struct Named {
    op: String,
}

/// The transaction of a body; `trace` is the trace context of the tasks it submits.
///
/// # Errors
/// 413 beyond a hundred operations or conditions, 422 with pointers for all that cannot be accepted.
pub(crate) fn read(text: &str, trace: Option<&str>) -> Result<Transaction, Problem> {
    let parts: Parts<'_> = parse_borrowed::<_, OwnedParts>(text)?;
    let too_many = |what: &str, most: usize| {
        Problem::new(Code::TooLarge, format!("a transaction has at most {most} {what}"))
    };
    if parts.ops.len() > TRANSACTION_OPS {
        return Err(too_many("operations", TRANSACTION_OPS));
    }
    if parts.conditions.len() > TRANSACTION_CONDITIONS {
        return Err(too_many("conditions", TRANSACTION_CONDITIONS));
    }
    let mut errors = Vec::new();
    let conditions = each(&parts.conditions, "if", &mut errors, condition);
    let ops = each(&parts.ops, "ops", &mut errors, |text| operation(text, trace));
    if !errors.is_empty() {
        return Err(refusal(errors));
    }
    Ok(Transaction { conditions, ops, lease: None })
}

/// The fields that cannot be accepted, with the place of the first.
fn refusal(errors: Vec<FieldError>) -> Problem {
    let mut first = errors[0].pointer.split('/').skip(1);
    let part = if first.next() == Some("if") { "if" } else { "ops" };
    let index = first.next().and_then(|index| index.parse().ok()).unwrap_or_default();
    Problem::fields(errors).at(part, index)
}

fn each<T>(
    texts: &[&RawValue],
    place: &str,
    errors: &mut Vec<FieldError>,
    read: impl Fn(&str) -> Result<T, Invalid>,
) -> Vec<T> {
    let mut all = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        match read(text.get()) {
            Ok(one) => all.push(one),
            Err(invalid) => errors.extend(invalid.under(&format!("/{place}/{index}")).errors),
        }
    }
    all
}

fn condition(text: &str) -> Result<Condition, Invalid> {
    let condition: Condition = parse(text).map_err(Problem::into_invalid)?;
    condition.check()?;
    Ok(condition)
}

fn operation(text: &str, trace: Option<&str>) -> Result<Operation, Invalid> {
    let Named { op } = parse(text).map_err(Problem::into_invalid)?;
    let mut operation = match op.as_str() {
        "task.complete" => shape::<TaskComplete>(text),
        "task.fail" => shape::<TaskFail>(text),
        "task.release" => shape::<TaskRelease>(text),
        "task.submit" => shape::<TaskSubmit>(text),
        "message.send" => shape::<MessageSend>(text),
        "state.put" => shape::<StatePut>(text),
        "state.delete" => shape::<StateDelete>(text),
        "state.increment" => shape::<StateIncrement>(text),
        _ => Err(Invalid::field(
            "/op",
            "one of task.complete, task.fail, task.release, task.submit, message.send, state.put, state.delete, \
             state.increment",
        )),
    }?;
    if let Operation::Submit(task) = &mut operation {
        task.traceparent = trace.map(str::to_owned);
    }
    operation.check()?;
    Ok(operation)
}

fn shape<T: DeserializeOwned + Into<Operation>>(text: &str) -> Result<Operation, Invalid> {
    parse::<T>(text).map(Into::into).map_err(Problem::into_invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(text: &str) -> Vec<String> {
        let problem = read(text, None).unwrap_err();
        let body = serde_json::to_value(problem.body()).unwrap();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_operation_of_the_contract_is_read() {
        let id = "01a205aa-cb6a-75fc-94de-ef603ee1f01a";
        let text = format!(
            r#"{{"if":[{{"state":"plan","version":7}}],"ops":[
            {{"op":"task.complete","id":"{id}","lease":"t","result":{{}}}},
            {{"op":"task.fail","id":"{id}","lease":"t","error":{{"message":"m"}},"retryable":false}},
            {{"op":"task.release","id":"{id}","lease":"t","delay_ms":5}},
            {{"op":"task.submit","task":{{"payload":[1]}}}},
            {{"op":"message.send","message":{{"from":"a","to":{{"agent":"b"}},"body":1}}}},
            {{"op":"state.put","key":"plan","value":{{}},"ttl_ms":null}},
            {{"op":"state.delete","key":"x"}},
            {{"op":"state.increment","key":"n"}}]}}"#
        );
        let transaction = read(&text, Some("trace")).unwrap();
        assert_eq!((transaction.conditions.len(), transaction.ops.len()), (1, 8));
        let Operation::Submit(task) = &transaction.ops[3] else { panic!("{:?}", transaction.ops[3]) };
        assert_eq!(task.traceparent.as_deref(), Some("trace"));
    }

    #[test]
    fn all_that_is_wrong_is_found_by_its_pointer() {
        let text = r#"{"if":[{"state":"k"},7],"ops":[{"op":"task.fly"},{"op":"state.put","key":"k"},
            {"op":"state.delete","key":"k","x":1},{"op":"task.submit","task":{"priority":10}},{"ops":1},
            {"op":"message.send","message":{"from":"a","to":{}}},{"op":"state.increment","key":"","by":"1"}]}"#;
        let expected = [
            "/if/0",
            "/if/1",
            "/ops/0/op",
            "/ops/1/value",
            "/ops/2/x",
            "/ops/3/task/priority",
            "/ops/4/op",
            "/ops/5/message/to",
            "/ops/6/key",
        ];
        assert_eq!(pointers(text), expected);
        assert_eq!(pointers(r#"{"ops":[],"then":[]}"#), ["/then"]);
        assert_eq!(pointers("{}"), ["/ops"]);
    }

    #[test]
    fn a_hundred_operations_are_a_transaction_and_one_more_is_too_many() {
        let text = |n: usize| {
            let ops = vec![r#"{"op":"state.delete","key":"k"}"#; n].join(",");
            format!(r#"{{"ops":[{ops}]}}"#)
        };
        assert_eq!(read(&text(100), None).unwrap().ops.len(), 100);
        assert_eq!(read(&text(101), None).unwrap_err().code(), "too_large");
    }
}
