use crate::perf::alert::Finding;

/// That a rule says nothing, and stays silent, and speaks.
pub(super) fn assert_rule(
    unmeasured: &Option<Finding>,
    silent: &Option<Finding>,
    speaking: &Option<Finding>,
) {
    assert_eq!(*unmeasured, None, "nothing was measured");
    let silent = silent.as_ref().expect("it was measured");
    assert!(!silent.holds(), "{silent:?}");
    let speaking = speaking.as_ref().expect("it was measured");
    assert!(speaking.holds(), "{speaking:?}");
    assert!(!silent.message.is_empty() && !speaking.message.is_empty());
}
