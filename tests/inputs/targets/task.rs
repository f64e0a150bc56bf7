//! Bodies of submits and batches.

use waggle_server::bodies;
use waggle_task_queue::model::NewTask;

use super::problems;

/// Reads the bytes as a task and as a batch. Whether one of them is taken.
pub(crate) fn check(data: &[u8]) -> bool {
    let task = bodies::task(data);
    match &task {
        Ok(task) => again(task),
        Err(problem) => problems::check(problem, data),
    }
    let batch = bodies::batch(data);
    match &batch {
        Ok(tasks) => {
            for task in tasks {
                match task {
                    Ok(task) => again(task),
                    Err(invalid) => {
                        assert!(!invalid.errors.is_empty());
                        invalid.errors.iter().for_each(|error| problems::place(&error.pointer, data));
                    }
                }
            }
        }
        Err(problem) => problems::check(problem, data),
    }
    task.is_ok() || batch.is_ok_and(|tasks| tasks.iter().all(Result::is_ok))
}

/// A task that was taken is taken again as it is written, and is the same.
fn again(task: &NewTask) {
    let written = serde_json::to_string(task).expect("a task is JSON");
    let read = bodies::task(written.as_bytes());
    let read = read.unwrap_or_else(|problem| panic!("{problem:?} of what was taken: {written}"));
    assert_eq!(serde_json::to_string(&read).expect("a task is JSON"), written);
}
