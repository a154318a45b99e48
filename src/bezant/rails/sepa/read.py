"""Reading what banks send: each message of SEPA becomes facts, or a refusal with every problem."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bezant.iso20022 import investigations, messages, pacs, pain, parties
from bezant.iso20022.messages import Message
from bezant.kernel.money import Money
from bezant.rail import Direction, Fact, IbanAccount, Party, ReadFile, Source, Totals, whole
from bezant.rails.sepa import statuses, verify
from bezant.rails.sepa.reasons import r_transaction, reason

FAMILIES = (
    "pain.001", "pain.002", "pain.007", "pain.008", "pacs.002", "pacs.003", "pacs.004",
    "pacs.007", "pacs.008", "pacs.028", "camt.029", "camt.055", "camt.056",
)  # fmt: skip


def recognize(data: bytes) -> str | None:
    """Return the message that some bytes hold, if it is one of SEPA's."""
    if verify.recognize(data):
        return verify.FORMAT
    name = messages.recognize(data)
    return name if name is not None and name[:8] in FAMILIES else None


def read(data: bytes) -> ReadFile:
    """Return the facts of a message; raises FileRefused with every problem, its line and path."""
    return whole(Stream(data))


class Stream:
    """The facts of a message one by one; they count when the last one has come."""

    def __init__(self, source: bytes | Source) -> None:
        """Read from a source, once."""
        self._source = source
        self._sums = _Sums()
        self._details: dict[str, str] = {}

    def __iter__(self) -> Iterator[Fact]:
        """Yield the facts; raises FileRefused at the end for anything wrong."""
        for fact in self._facts():
            self._sums.add(fact)
            yield fact

    @property
    def warnings(self) -> tuple[str, ...]:
        """Oddities that change nothing: a message has none."""
        return ()

    @property
    def totals(self) -> Totals:
        """How many facts there are, and what they add up to, when all of them have been read."""
        return self._sums.totals(self._details)

    def _facts(self) -> Iterator[Fact]:
        source = self._source
        if isinstance(source, bytes) and source.lstrip()[:1] == b"{":
            self._details = {"message": verify.FORMAT}
            yield verify.read(source)
            return
        taken: list[Fact] = []
        passing = messages.Passing(source, _collectors(taken))
        for _ in passing:
            yield from taken
            taken.clear()
        message = passing.message()
        yield from taken
        reader = _READERS.get(message.family)
        if reader is not None:
            yield from reader(message)
        self._details = _details(message)


def _collectors(facts: list[Fact]) -> messages.Each:
    """Return what turns the payments of a message into facts while they are read."""

    def transfer(payment: Any, batch: dict[str, Any]) -> None:
        facts.append(_ordered(payment, "credit", payment.creditor, payment.creditor_account, batch))

    def collection(payment: Any, batch: dict[str, Any]) -> None:
        facts.append(_ordered(payment, "debit", payment.debtor, payment.debtor_account, batch))

    return {
        pain.CreditOrder: transfer,
        pain.DebitOrder: collection,
        **statuses.collectors(facts),
    }


def _ordered(
    payment: pain.CreditOrder | pain.DebitOrder,
    direction: Direction,
    party: parties.Party | None,
    account: parties.Account | None,
    batch: Mapping[str, Any],
) -> Fact:
    """Return that a payment of one of our own files was ordered."""
    names = payment.id
    kind: parties.PaymentType | None = batch.get("type")
    details = {
        "batch": str(batch.get("id", "")),
        "account": account.number if account else "",
        "name": party.name if party else "",
        "instrument": kind.instrument if kind else "",
        "sequence": kind.sequence if kind else "",
        "purpose": payment.purpose.code if payment.purpose else "",
    }
    if isinstance(payment, pain.DebitOrder) and payment.mandate is not None:
        details["mandate"] = payment.mandate.id
    amount = payment.amount
    if isinstance(payment, pain.CreditOrder):
        amount = payment.amount or payment.equivalent
    return Fact(
        kind="submitted",
        trace=names.instruction or names.end_to_end,
        amount=amount,
        on=batch.get("executed_on") or batch.get("collected_on"),
        line=payment.line,
        end_to_end_id=names.end_to_end,
        direction=direction,
        remittance=payment.remittance.text if payment.remittance else "",
        details={key: value for key, value in details.items() if value},
    )


def _returned(message: Message) -> Iterator[Fact]:
    """Yield payments that came back; a collection's return says what kind it is."""
    body: pacs.Returns = message.body
    for item in body.payments:
        code, text = statuses.code_of(item.reasons)
        known = reason(code)
        settled = item.original_date or (item.original.settled_on if item.original else None)
        on = item.settles_on or body.header.settles_on
        details = {"return_id": item.id, "information": text, "may_be": ",".join(known.may_be)}
        if item.original is not None and item.original.mandate is not None:
            details["mandate"] = item.original.mandate.id
        if code in {"MD01", "MD06"}:
            details["r_transaction"] = r_transaction(code, settled, on)
        yield Fact(
            kind="returned",
            trace=item.instruction or item.end_to_end or item.payment,
            amount=item.amount,
            code=code,
            reason=known.meaning,
            failure_code=known.failure_code,
            on=on,
            line=item.line,
            end_to_end_id=item.end_to_end,
            details={key: value for key, value in details.items() if value},
        )


def _received_credits(message: Message) -> Iterator[Fact]:
    """Yield transfers that somebody else made to us."""
    body: pacs.CustomerTransfers = message.body
    for item in body.payments:
        party = _party(item.debtor, item.debtor_account, item.debtor_agent)
        yield _begun(item, body.header, "debit", party, {})


def _received_debits(message: Message) -> Iterator[Fact]:
    """Yield collections that somebody else makes from us."""
    body: pacs.CustomerDebits = message.body
    for item in body.payments:
        party = _party(item.creditor, item.creditor_account, item.creditor_agent)
        mandate = item.mandate.id if item.mandate else ""
        creditor = item.creditor_id.ids[0].id if item.creditor_id and item.creditor_id.ids else ""
        yield _begun(item, body.header, "credit", party, {"mandate": mandate, "creditor": creditor})


def _begun(
    item: pacs.Transfer | pacs.Debit,
    header: pacs.PaymentHeader,
    direction: Direction,
    party: Party | None,
    details: Mapping[str, str],
) -> Fact:
    kind = item.type or header.type
    more = {"instrument": kind.instrument if kind else "", "uetr": item.id.uetr, **details}
    return Fact(
        kind="received",
        trace=item.id.payment or item.id.instruction or item.id.end_to_end,
        amount=item.amount,
        on=item.settles_on or header.settles_on,
        line=item.line,
        end_to_end_id=item.id.end_to_end,
        direction=direction,
        counterparty=party,
        remittance=item.remittance.text if item.remittance else "",
        details={key: value for key, value in more.items() if value},
    )


def _party(
    party: parties.Party, account: parties.Account | None, agent: parties.Agent
) -> Party | None:
    if account is None or not account.iban:
        return None
    return Party(name=party.name, account=IbanAccount(account.iban, agent.bic or None))


def _reversed(message: Message) -> Iterator[Fact]:
    """Yield collections from us that their collectors gave back."""
    body: pacs.Reversals = message.body
    for item in body.payments:
        code, text = statuses.code_of(item.reasons)
        yield Fact(
            kind="returned",
            trace=item.payment or item.instruction or item.end_to_end,
            amount=item.amount,
            code=code,
            reason=reason(code).meaning,
            failure_code=reason(code).failure_code,
            on=item.settles_on or body.header.settles_on,
            line=item.line,
            end_to_end_id=item.end_to_end,
            details={"r_transaction": "reversal", "information": text},
        )


def _reversal_orders(message: Message) -> Iterator[Fact]:
    body: pain.ReversalOrders = message.body
    for item in (item for batch in body.batches for item in batch.payments):
        code, _ = statuses.code_of(item.reasons)
        yield _asked(item.id, item.amount, code, item.line, item.end_to_end, item.instruction)


def _recalls(message: Message) -> Iterator[Fact]:
    """Yield recalls: our own (camt.055), or theirs of money that we received (camt.056)."""
    body: investigations.Recalls = message.body
    for item in body.payments:
        code, text = statuses.code_of(item.reasons)
        if message.family == "camt.055":
            original = item.instruction
            yield _asked(item.id, item.instructed, code, item.line, item.end_to_end, original)
            continue
        details = {"recall": item.id, "information": text, "uetr": item.uetr}
        yield Fact(
            kind="recall_requested",
            trace=item.payment or item.instruction or item.end_to_end,
            amount=item.amount or item.instructed,
            code=code,
            reason=reason(code).meaning,
            on=body.assignment.created_at.date(),
            line=item.line,
            end_to_end_id=item.end_to_end,
            details={key: value for key, value in details.items() if value},
        )


def _enquiries(message: Message) -> Iterator[Fact]:
    body: pacs.Enquiries = message.body
    for item in body.payments:
        yield _asked(item.id, None, "", item.line, item.end_to_end, item.instruction)


def _asked(
    trace: str, amount: Money | None, code: str, line: int, end_to_end: str, original: str
) -> Fact:
    """Return that one of our own files asked something about an earlier order."""
    details = {"original": original} if original else {}
    return Fact(
        "submitted", trace, amount, code or None, line=line, end_to_end_id=end_to_end,
        details=details,
    )  # fmt: skip


_READERS: Mapping[str, Callable[[Message], Iterator[Fact]]] = {
    "pain.002": statuses.of_orders,
    "pacs.002": statuses.of_payments,
    "camt.029": statuses.of_recalls,
    "pacs.004": _returned,
    "pacs.007": _reversed,
    "pacs.008": _received_credits,
    "pacs.003": _received_debits,
    "camt.055": _recalls,
    "camt.056": _recalls,
    "pacs.028": _enquiries,
    "pain.007": _reversal_orders,
}


def _details(message: Message) -> dict[str, str]:
    """Return what the message says of itself."""
    header = getattr(message.body, "header", None)
    assignment = getattr(message.body, "assignment", None)
    batches = getattr(message.body, "batches", ())
    identity = header.id if header is not None else assignment.id if assignment is not None else ""
    details = {"message": message.name, "reference": identity}
    if batches:
        details["batches"] = str(len(batches))
    for name, key in (("count", "declared_count"), ("control_sum", "declared_sum")):
        said = getattr(header, name, None)
        if said is not None:
            details[key] = str(said)
    return details


class _Sums:
    """What facts add up to by direction.

    A message without amounts adds up to nothing, and what is in another currency than the first
    does not count.
    """

    def __init__(self) -> None:
        self._count = 0
        self._sums: dict[bool, Money] = {}

    def add(self, fact: Fact) -> None:
        """Count a fact in."""
        self._count += 1
        if fact.amount is None:
            return
        debits = fact.direction == "debit"
        total = self._sums.get(debits, Money.zero(fact.amount.currency))
        if total.currency == fact.amount.currency:
            self._sums[debits] = total + fact.amount

    def totals(self, details: dict[str, str]) -> Totals:
        """Return the count, the sums, and what the message says of itself."""
        nothing = Money.zero("eur")
        return Totals(
            count=self._count,
            credits=self._sums.get(False, nothing),
            debits=self._sums.get(True, nothing),
            details=details,
        )
