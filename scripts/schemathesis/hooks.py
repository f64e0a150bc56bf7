"""What every request of schemathesis passes before it is sent."""

import schemathesis

# Milliseconds that an answer may be waited for: the run would spend its time in long polls otherwise.
SHORT = 50
# The most the service allows; what is beyond is left as it is, for it must be refused.
LONGEST = 60_000


def shorten(fields):
    """Makes a wait that is allowed a short one."""
    if not isinstance(fields, dict):
        return
    wait = str(fields.get("wait_ms"))
    if wait.isascii() and wait.isdigit() and SHORT < int(wait) <= LONGEST:
        fields["wait_ms"] = SHORT
    shorten(fields.get("claim"))


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


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """A body of lines is sent as the text that it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
