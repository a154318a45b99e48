"""Somebody who subscribes: what tests of subscriptions do and look at, in few words."""

from typing import Any

from tests.billing.test_invoices import adds_up
from tests.payments.till import Till
from tests.resources.office import good
from tests.resources.shapes import faults

DAY = 86_400
MONTH = 30 * DAY
PATH = "/v1/subscriptions"
BROKE = "decline:insufficient_funds"


def price(till: Till, amount: int = 3_000, account: str | None = None, **told: Any) -> str:
    """Keep a price for thirty days."""
    product = till.post("/v1/products", account, name="Tea")["id"]
    given = {
        "recurring": {"interval": "day", "interval_count": 30},
        "unit_amount": amount,
        "currency": "usd",
        **told,
    }
    return till.post("/v1/prices", account, product=product, **given)["id"]


def begun(till: Till, who: str, *prices: str, **told: Any) -> Any:
    items = [{"price": each} for each in prices or (price(till),)]
    return whole(till.post(PATH, **{"customer": who, "items": items, **told}))


def changed(till: Till, subscription: Any, **told: Any) -> Any:
    return whole(till.post(f"{PATH}/{subscription['id']}", **told))


def now_of(till: Till, subscription: Any) -> Any:
    return whole(till.get(f"{PATH}/{subscription['id']}"))


def canceled(till: Till, subscription: Any, **told: Any) -> Any:
    return good(till.run(till.send("DELETE", f"{PATH}/{subscription['id']}", told)))


def whole(subscription: Any) -> Any:
    assert faults(subscription, "Subscription") == []
    assert faults(subscription["items"]["data"][0], "SubscriptionItem") == []
    return subscription


def period(subscription: Any) -> tuple[int, int]:
    (span,) = {(each["current_period_start"], each["current_period_end"])
               for each in subscription["items"]["data"]}  # fmt: skip
    return span


def at(till: Till) -> int:
    return int(till.clock.now().timestamp())


def go_to(till: Till, moment: int) -> None:
    till.pass_time(seconds=moment - at(till))
    till.work_off()


def over_hour(till: Till) -> None:
    """Let drafts be finalized."""
    go_to(till, at(till) + 3_600)


def invoices(till: Till, subscription: Any) -> list[Any]:
    """Return the invoices of a subscription, oldest first."""
    shown = till.get("/v1/invoices", subscription=subscription["id"], limit=100)["data"]
    return [adds_up(each) for each in reversed(shown)]


def states(till: Till, subscription: Any) -> list[tuple[str, str, int]]:
    return [(each["billing_reason"].removeprefix("subscription_"), each["status"], each["total"])
            for each in invoices(till, subscription)]  # fmt: skip


def waiting(till: Till, who: str) -> list[int]:
    """Return what waits for an invoice, oldest first."""
    shown = till.get("/v1/invoiceitems", customer=who, pending=True, limit=100)["data"]
    return [each["amount"] for each in reversed(shown)]


def told(till: Till) -> list[str]:
    prefix = "customer.subscription."
    return [name.removeprefix(prefix) for name in till.events() if name.startswith(prefix)]
