use waggle_tests::in_a_swarm;

#[test]
fn a_schedule_that_was_never_made_is_not_found() {
    in_a_swarm(async |w| {
        w.get("/schedules/s").send().await.problem(404, "schedule_not_found");
    });
}
