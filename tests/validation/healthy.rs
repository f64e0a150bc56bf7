use waggle_tests::{Service, Setup};

use crate::suite::{alone, alone_blocking, swarms, validate};

const NAMES: [&str; 7] = [
    "task_assignment_latency",
    "connection_pool",
    "batch_operations",
    "compression",
    "concurrent_load",
    "errors_and_recovery",
    "stress",
];

#[tokio::test]
async fn a_sound_service_passes_with_all_the_evidence_and_nothing_is_left_of_it() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    let found = validate(&service, &service.base(), &[]);
    assert_eq!((found.status, found.failed()), (Some(0), vec![]), "{found:#?}");
    assert_eq!(found.json["status"], "finished");
    assert!(found.json["confidence"].as_f64().unwrap() >= 93.0, "{found:#?}");
    let tests = found.json["tests"].as_array().unwrap();
    let names: Vec<_> = tests.iter().map(|test| test["name"].as_str().unwrap()).collect();
    assert_eq!(names, NAMES);
    for test in tests {
        assert!(test["observed"].is_number() && test["n"].as_u64().unwrap() > 0, "{test}");
        assert_eq!(
            found.progress.lines().filter(|line| line.contains(test["name"].as_str().unwrap())).count(),
            1
        );
    }
    assert_eq!(swarms(&service).await, Vec::<String>::new());
    assert!(service.audit("default").await.is_empty());
}

#[test]
fn people_get_a_table_and_some_tests_alone_make_no_confidence() {
    let _alone = alone_blocking();
    let service = Service::start(Setup::private());
    let flags = ["validate", "--quick", "--tests", "connection_pool", "--url", &service.base()];
    let output = service.setup().run(&flags);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("acquire_p95_ms") && text.contains("reuse_ratio"), "{text}");
    assert!(text.ends_with("no confidence: it takes all seven tests\n"), "{text}");
}

#[test]
fn a_service_that_cannot_be_reached_and_wrong_usage_end_with_status_2() {
    let setup = Setup::private();
    for flags in [
        &["validate", "--url", "http://127.0.0.1:1"][..],
        &["validate", "--url", "ftp://127.0.0.1"],
        &["validate", "--tests", "latency"],
        &["validate", "--slack", "0.5"],
    ] {
        let output = setup.run(flags);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {output:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{flags:?}");
    }
}
