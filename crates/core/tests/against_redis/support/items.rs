use std::sync::{Arc, Mutex};

use waggle_core::{Call, Error, Merge, Value};

/// Adds items to the counter of their key, and remembers what each call carried.
#[derive(Clone, Default)]
pub(crate) struct Sums {
    pub(crate) calls: Arc<Mutex<Vec<Vec<i64>>>>,
}

impl Sums {
    /// The items of each call so far, in order.
    pub(crate) fn calls(&self) -> Vec<Vec<i64>> {
        self.calls.lock().unwrap().clone()
    }
}

impl Merge for Sums {
    type Key = String;
    type Item = i64;
    type Output = i64;
    const MAX_ITEMS: usize = 100;
    const FUNCTION: &'static str = "bump_each_v1";

    /// An item above a thousand is as heavy as forty.
    fn weight(&self, item: &i64) -> usize {
        if *item > 1_000 { 40 } else { 1 }
    }

    /// As if it were large, so that what is not given back is missed.
    fn bytes(&self, _: &i64) -> usize {
        8_000
    }

    fn call(&self, key: &String, items: &[i64]) -> Call {
        self.calls.lock().unwrap().push(items.to_vec());
        let mut call = Call::new("bump_each_v1", key);
        call.arg(items);
        call
    }

    fn split(&self, _: &String, _: Vec<i64>, reply: Value) -> Result<Vec<i64>, Error> {
        redis::from_redis_value(reply).map_err(|error| Error::Internal { detail: error.to_string() })
    }
}
