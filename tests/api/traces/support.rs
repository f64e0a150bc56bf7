use waggle_tests::{Collector, Service, Setup, Span, World, in_a_swarm_of};

/// A context whose trace is kept.
pub(crate) const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// The ids in it.
pub(crate) const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
pub(crate) const PARENT: &str = "b7ad6b7169203331";

/// A service that sends its spans to `collector`.
pub(crate) fn traced(setup: Setup, collector: &Collector) -> Setup {
    setup.set("WAGGLE_TRACE__ENDPOINT", &collector.endpoint())
}

/// Runs a test on a service of its own with a collector of its own.
pub(crate) fn with_a_collector(test: impl AsyncFnOnce(World, &Collector)) {
    let collector = Collector::start();
    let service = Service::start(traced(Setup::private(), &collector));
    in_a_swarm_of(&service, async |w| test(w, &collector).await);
}

/// The span of a request for this route template, of the swarm's.
pub(crate) fn is_request(span: &Span, name: &str, w: &World) -> bool {
    span.kind == "SERVER" && span.name == name && span.attribute("url.path").contains(w.swarm())
}

/// The span of something that happened to a task.
pub(crate) fn is_of(span: &Span, name: &str, id: &str) -> bool {
    span.name == name && span.attribute("waggle.task.id") == id
}

/// Trace and span of a `traceparent`.
pub(crate) fn ids(traceparent: &str) -> (&str, &str) {
    let mut parts = traceparent.split('-').skip(1);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}
