use super::judge::figure;
use crate::perf::alert::Finding;

/// How many agents were lost lately and have not come back.
pub(super) fn find(lately_lost: u64) -> Finding {
    let message = match lately_lost {
        1 => "1 agent has been lost in the last ten minutes and is not back".to_owned(),
        _ => format!("{lately_lost} agents have been lost in the last ten minutes and are not back"),
    };
    Finding::new(figure(lately_lost), 0.0, message)
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;

    #[test]
    fn it_speaks_when_an_agent_has_been_lost() {
        assert_rule(&None, &Some(find(0)), &Some(find(1)));
        assert_eq!(find(3).value, 3.0);
        assert!(find(3).message.starts_with("3 agents have") && find(1).message.starts_with("1 agent has"));
    }
}
