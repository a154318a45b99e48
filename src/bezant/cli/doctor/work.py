"""What waits: events, jobs, movements, holds, money between accounts, entries without a seal."""

from datetime import timedelta

from bezant.cli.doctor.finding import Finding, bad, lasting, ok, warn
from bezant.cli.doctor.patient import QUERIES, Patient
from bezant.cli.output import counted
from bezant.kernel.codec import from_microseconds
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import MalformedId
from bezant.kernel.ids import parse
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.resources.connect.standing import VERIFY
from bezant.resources.webhooks.endpoint import DAY_SECONDS, FAILED, KINDS

KEYS, WEBHOOKS, EVENTS, JOBS = "keys", "webhooks", "events", "jobs"
VERIFICATION = "verification"
MOVEMENTS, HOLDS, DUE, CLEARING, SEALS = "movements", "holds", "due", "clearing", "seals"

MOST = 5
"""How many endpoints or kinds of job are told apart."""
PATIENCE = timedelta(minutes=5)
"""For what should happen within seconds while a server runs."""
CLEARED_WITHIN = timedelta(days=5)
"""By when a movement has settled, a weekend in between."""
SEALED_WITHIN = timedelta(hours=1)

RUNS = "see that the server runs, and read its log"


def keys(patient: Patient) -> Finding:
    """Tell whether anybody can use the API."""
    (number,) = patient.one(QUERIES.keys)
    if number == 0:
        return warn(KEYS, "no key works", "`bezant keys create` makes one")
    return ok(KEYS, counted(number, "key works", "keys work"))


def verification(patient: Patient) -> Finding:
    """Tell whether somebody verifies live accounts, which do not begin before that."""
    config = patient.config
    (waiting,) = patient.one(QUERIES.unverified, VERIFY)
    if config.verifier_url and not config.verifier_secret:
        return bad(
            VERIFICATION,
            "a provider is named and is not asked, for there is no secret to sign with",
            "set BEZANT_VERIFIER_SECRET as the provider has it",
        )
    if config.verifier_url:
        return ok(VERIFICATION, f"{config.verifier_url} verifies; {waiting:,} wait")
    if not waiting:
        return ok(VERIFICATION, "no live account waits for it; nobody verifies in live mode")
    who = counted(waiting, "person or company waits", "persons and companies wait")
    return warn(
        VERIFICATION,
        f"nobody verifies in live mode: {who}, and their accounts do not begin",
        "set BEZANT_VERIFIER_URL and BEZANT_VERIFIER_SECRET: the guide of accounts says what a "
        "provider is asked",
    )


def webhooks(patient: Patient) -> Finding:
    """Tell of endpoints that are sent nothing any more, of what was given up, and of what waits."""
    disabled = patient.rows(QUERIES.disabled_endpoints, [*KINDS], FAILED, MOST)
    if disabled:
        named = ", ".join(name for name, _ in disabled)
        first, at = disabled[0]
        since = from_microseconds((at - 3 * DAY_SECONDS) * 1_000_000).date()
        return warn(
            WEBHOOKS,
            f"disabled after three days in which it took nothing: {named}",
            "mend what it points to, enable it, and send again what it has missed: "
            f"`bezant webhooks resend --to {first} --since {since} --failed`",
        )
    failed = patient.rows(QUERIES.failed_deliveries, patient.before(days=7), MOST)
    if failed:
        number = sum(row[1] for row in failed)
        endpoint, _, answer = failed[0]
        return warn(
            WEBHOOKS,
            f"{counted(number, 'delivery was', 'deliveries were')} given up in the last 7 days, "
            f"most by {endpoint}: {answer}",
            f"mend what {endpoint} points to; GET /v1/events?delivery_success=false lists them",
        )
    count, oldest = patient.one(QUERIES.late_deliveries, patient.now - PATIENCE)
    if count:
        late = lasting(patient.now - oldest)
        return warn(WEBHOOKS, f"{counted(count, 'is', 'are')} late, by up to {late}", RUNS)
    return ok(WEBHOOKS, "none was given up in the last 7 days, and none is late")


def events(patient: Patient) -> Finding:
    """Tell whether events leave the outbox."""
    count, oldest = patient.one(QUERIES.outbox)
    age = _age(patient, oldest)
    if count and age > PATIENCE:
        said = f"{counted(count, 'event has', 'events have')} waited for up to {lasting(age)}"
        return warn(EVENTS, said, RUNS)
    return ok(EVENTS, "none waits in the outbox for long")


def jobs(patient: Patient) -> Finding:
    """Tell of jobs that were put aside after failing, or that nobody does."""
    parked = patient.rows(QUERIES.parked_jobs, MOST)
    if parked:
        kind, number, problem = parked[0]
        total = counted(sum(row[1] for row in parked), "job is", "jobs are")
        return bad(JOBS, f"{total} parked, {number:,} of them {kind}: {problem}", RUNS)
    count, oldest = patient.one(QUERIES.late_jobs, patient.now - PATIENCE)
    if count:
        late = lasting(patient.now - oldest)
        return warn(JOBS, f"{counted(count, 'job is', 'jobs are')} late, by up to {late}", RUNS)
    schedules = patient.rows(QUERIES.late_schedules, patient.now - PATIENCE)
    if schedules:
        name, next_at = schedules[0]
        return warn(JOBS, f"{name} is late by {lasting(patient.now - next_at)}", RUNS)
    return ok(JOBS, "none is parked or late")


def movements(patient: Patient) -> Finding:
    """Tell of movements that a rail refused, whose fate is unknown, or that have not left."""
    stuck = {row[0]: row[1:] for row in patient.rows(QUERIES.stuck_movements, ["held", "unknown"])}
    if "unknown" in stuck:
        count, first = stuck["unknown"]
        return bad(
            MOVEMENTS,
            f"of {counted(count, 'movement', 'movements')} nobody knows whether the bank took it",
            f"ask the bank; `bezant ledger explain {first}` shows the oldest",
        )
    if "held" in stuck:
        count, first = stuck["held"]
        return warn(
            MOVEMENTS,
            f"{counted(count, 'movement is', 'movements are')} held, for the rail refused",
            f"`bezant ledger explain {first}` says why; cancel what it pays for, and make it anew",
        )
    count, oldest = patient.one(QUERIES.late_movements, patient.now - PATIENCE)
    if count:
        late = lasting(patient.now - oldest)
        said = f"{counted(count, 'movement', 'movements')} should have left, up to {late} ago"
        return bad(MOVEMENTS, said, RUNS)
    return ok(MOVEMENTS, "none is held, unknown or late")


def holds(patient: Patient) -> Finding:
    """Tell of holds that have expired and still keep money back."""
    count, oldest = patient.one(QUERIES.lapsed_holds, patient.now - PATIENCE)
    if count:
        late = lasting(patient.now - oldest)
        said = f"{counted(count, 'has', 'have')} expired and not been released, up to {late} ago"
        return warn(HOLDS, said, RUNS)
    return ok(HOLDS, "none has outlived its expiry")


def due(patient: Patient) -> Finding:
    """Tell whether what books owe each other comes to zero."""
    rows = patient.rows(QUERIES.due)
    if rows:
        livemode, currency, amount = rows[0]
        said = f"{_amount(amount, currency)} is between books in {_mode(livemode)} mode"
        return bad(DUE, said, "`bezant verify` finds where; stop paying out until then")
    return ok(DUE, "what books owe each other comes to zero")


def clearing(patient: Patient) -> Finding:
    """Tell of money that has been on its way for longer than any rail takes."""
    rows = patient.rows(QUERIES.clearing, [path for path in chart.CLEARING if path != "due"])
    if not rows:
        return ok(CLEARING, "nothing is on its way")
    livemode, path, currency, count, amount, oldest = rows[0]
    age = patient.now - oldest
    said = (
        f"{_amount(amount, currency)} on {path} in {counted(count, 'book', 'books')}, "
        f"{_mode(livemode)} mode, unmoved for up to {lasting(age)}"
    )
    if age > CLEARED_WITHIN:
        return warn(CLEARING, said, "ask the bank what became of it: no rail takes so long")
    return ok(CLEARING, said)


def seals(patient: Patient) -> Finding:
    """Tell whether entries are sealed soon after they are made."""
    number, sealed_to = patient.one(QUERIES.sealed)
    count, oldest = patient.one(QUERIES.unsealed, sealed_to)
    if count and patient.now - oldest > SEALED_WITHIN:
        age = lasting(patient.now - oldest)
        said = f"{counted(count, 'entry', 'entries')} without a seal, for up to {age}"
        return warn(SEALS, said, RUNS)
    if number == 0:
        return ok(SEALS, "nothing to seal yet" if count == 0 else "the first is to come")
    return ok(SEALS, counted(number, "seal", "seals"))


def _age(patient: Patient, name: str | None) -> timedelta:
    """Return how long ago an id was made."""
    if name is None:
        return timedelta(0)
    try:
        return patient.now - parse(name).time
    except MalformedId:
        return timedelta(0)


def _amount(amount: int, currency: str) -> str:
    return format_amount(Money(int(amount), currency))


def _mode(livemode: bool) -> str:
    return "live" if livemode else "test"
