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
    wait = fields.get("wait_ms")
    if isinstance(wait, int) and not isinstance(wait, bool) and SHORT < wait <= LONGEST:
        fields["wait_ms"] = SHORT
    shorten(fields.get("claim"))


@schemathesis.hook
def before_call(context, case, kwargs):
    shorten(case.query)
    shorten(case.body)


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """A body of lines is sent as the text that it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
