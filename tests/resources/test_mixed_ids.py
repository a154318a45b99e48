"""Lists of kinds whose ids have two prefixes stand in the order of time all the same."""

from bezant.api.context import Caller, created_of
from bezant.resources.payments.charge import Charge
from tests.resources.office import Office


def test_charges_of_both_prefixes_are_listed_newest_first(office: Office):
    names = []
    for prefix in ("py", "ch", "py", "ch"):
        names.append(_charge(office, prefix))
        office.pass_time(seconds=1)
    newest = names[::-1]
    assert office.listed("/v1/charges") == newest
    assert office.listed("/v1/charges", starting_after=newest[1]) == newest[2:]
    assert office.listed("/v1/charges", ending_before=newest[1]) == newest[:1]
    since = office.get(f"/v1/charges/{newest[1]}")["created"]
    assert office.listed("/v1/charges", created={"gte": since}) == newest[:2]
    found = office.get("/v1/charges/search", query='currency:"usd"', limit=3)
    assert [each["id"] for each in found["data"]] == newest[:3]
    rest = office.get("/v1/charges/search", query='currency:"usd"', page=found["next_page"])
    assert [each["id"] for each in rest["data"]] == newest[3:]


def _charge(office: Office, prefix: str) -> str:
    """Keep a charge under an id with a prefix."""

    async def keep() -> str:
        ctx = office.context(Caller(office.platform, office.platform, livemode=False))
        name = ctx.new_id(prefix)
        shown = {"amount": 100, "amount_captured": 100, "currency": "usd", "livemode": False}
        ctx.create(Charge(id=name, created=created_of(name), balance_transaction=None, **shown))
        await ctx.write()
        return name

    return office.run(keep())
