use waggle_tests::in_a_swarm;

use super::support::{address, delete, get, put, putting, tag, version};

#[test]
fn a_deleted_key_is_gone_and_may_be_made_again() {
    in_a_swarm(async |w| {
        let first = put(&w, "k", 1).await;
        let reply = delete(&w, "k").await;
        assert_eq!((reply.status, reply.text.as_str()), (204, ""));
        w.get(&address("k")).send().await.problem(404, "state_not_found");
        let again = putting(&w, "k", 2).send().await.expect(201);
        assert_eq!(version(&again), version(&first) + 2, "the deletion took a version too");
    });
}

#[test]
fn a_key_that_does_not_exist_cannot_be_deleted() {
    in_a_swarm(async |w| {
        delete(&w, "k").await.problem(404, "state_not_found");
        put(&w, "k", 1).await;
        delete(&w, "k").await.expect(204);
        delete(&w, "k").await.problem(404, "state_not_found");
    });
}

#[test]
fn a_deletion_may_name_the_version_it_deletes() {
    in_a_swarm(async |w| {
        let reply = w.delete(&address("k")).header("if-match", "\"1\"").send().await;
        assert_eq!(reply.problem(412, "version_mismatch")["version"], 0);
        let first = put(&w, "k", 1).await;
        let second = put(&w, "k", 2).await;
        let reply = w.delete(&address("k")).header("if-match", &tag(&first)).send().await;
        assert_eq!(reply.problem(412, "version_mismatch")["version"], second["version"]);
        assert_eq!(get(&w, "k").await, second);
        w.delete(&address("k")).header("if-match", &tag(&second)).send().await.expect(204);
    });
}
