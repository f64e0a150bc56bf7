"""What every request of schemathesis passes before it is sent."""

import schemathesis

# Milliseconds that an answer may be waited for: the run would spend its time in long polls otherwise.
SHORT = 50
# The most the service allows; what is beyond is left as it is, for it must be refused.
LONGEST = 60_000

# The test of a validation that shows how the service gets over a cut of its connections to Redis.
RECOVERY = "errors_and_recovery"


def shorten(fields):
    """Makes a wait that is allowed a short one."""
    if not isinstance(fields, dict):
        return
    wait = str(fields.get("wait_ms"))
    if wait.isascii() and wait.isdigit() and SHORT < int(wait) <= LONGEST:
        fields["wait_ms"] = SHORT
    shorten(fields.get("claim"))


def leave_alone(case):
    """Keeps the test of recovery out of a validation: it cuts the connections that all other requests use."""
    if case.path == "/perf/validate" and isinstance(case.body, dict):
        tests = case.body.get("tests")
        if isinstance(tests, list):
            case.body["tests"] = ["compression" if test == RECOVERY else test for test in tests]
        elif tests is None:
            case.body["tests"] = ["compression"]


def widen(schema):
    """Whole numbers of this service go up to 2^64 - 1, for which OpenAPI has no format: `int64` is too narrow."""
    if isinstance(schema, list):
        for item in schema:
            widen(item)
    if isinstance(schema, dict):
        if schema.get("format") == "int64" and schema.get("minimum") == 0:
            del schema["format"]
        for item in schema.values():
            widen(item)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    widen(raw_schema)


@schemathesis.hook
def before_call(context, case, kwargs):
    shorten(case.query)
    shorten(case.body)
    leave_alone(case)


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """A body of lines is sent as the text that it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
