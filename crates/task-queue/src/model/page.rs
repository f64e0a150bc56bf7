//! Lists in pages.

use serde::{Deserialize, Serialize};

use super::TaskFilter;

/// What to list: newest first within a state.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only these tasks.
    pub filter: TaskFilter,
    /// Items a page, 1 to 500; 50 when none is named.
    pub limit: Option<usize>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}
