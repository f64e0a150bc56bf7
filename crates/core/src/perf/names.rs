use std::sync::{Arc, PoisonError, RwLock};

/// Names told apart; further ones share the last place.
const MOST: usize = 256;
const OTHER: &str = "other";

/// Names as small numbers, so that recording under one costs no search.
#[derive(Debug, Default)]
pub(super) struct Names(RwLock<Vec<Arc<str>>>);

impl Names {
    /// The number of a name, the same one each time. One that is known is found without keeping others out.
    pub(super) fn number(&self, name: &str) -> u16 {
        let known = place(&self.0.read().unwrap_or_else(PoisonError::into_inner), name);
        let at = known.unwrap_or_else(|| self.add(name));
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    fn add(&self, name: &str) -> usize {
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = place(&names, name) {
            return at;
        }
        if names.len() < MOST {
            let last = names.len() + 1 == MOST;
            names.push(if last { OTHER.into() } else { name.into() });
        }
        names.len() - 1
    }

    pub(super) fn name(&self, number: u16) -> Arc<str> {
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        names.get(usize::from(number)).map_or_else(|| OTHER.into(), Arc::clone)
    }
}

fn place(names: &[Arc<str>], name: &str) -> Option<usize> {
    names.iter().position(|known| **known == *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_bound_share_one_number() {
        let names = Names::default();
        assert_eq!(names.number("a"), names.number("a"));
        for at in 0..10_000 {
            names.number(&format!("n{at}"));
        }
        assert_eq!(&*names.name(names.number("a")), "a");
        assert_eq!(&*names.name(names.number("n9999")), OTHER);
        assert_eq!(names.0.read().unwrap().len(), MOST);
    }
}
