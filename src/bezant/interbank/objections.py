"""Why a network cannot carry an instruction, as far as all networks would object."""

from collections.abc import Iterator
from datetime import date

from bezant.interbank.names import is_name
from bezant.interbank.profile import Profile
from bezant.iso20022.charset import to_latin
from bezant.rail import (
    Account,
    BicAccount,
    GbAccount,
    IbanAccount,
    Instruction,
    UsAccount,
)
from bezant.rail.identifiers import (
    is_bic,
    is_gb_account_number,
    is_iban,
    is_routing_number,
    is_sort_code,
)

_ABOUT_MONEY = frozenset({"pay", "return", "request", "recall"})
_NEEDS_ORIGINAL = frozenset({"return", "recall", "answer_recall", "enquire"})
_NEEDS_REASON = frozenset({"return", "recall"})


def objections(instruction: Instruction, profile: Profile, limit: int) -> Iterator[str]:
    """Yield why a network cannot carry an instruction; `limit` is in minor units."""
    act = instruction.act
    if act not in profile.acts:
        yield f"{profile.title} has no message for {act}"
        return
    wanted = "debit" if act == "request" else "credit"
    if act in {"pay", "request"} and instruction.direction != wanted:
        yield f"{profile.title} does not collect: a {act} is a {wanted}"
    if act in _ABOUT_MONEY:
        yield from _amount(instruction, profile, limit)
    if act in {"pay", "request", "return"}:
        yield from _counterparty(instruction, profile)
    if act in _NEEDS_ORIGINAL and instruction.original is None:
        yield f"a {act} says which movement it is about"
    if act in _NEEDS_REASON and not _is_code(instruction.reason):
        yield f"a {act} needs a reason of four letters or digits"
    yield from _texts(instruction, profile)


def _amount(instruction: Instruction, profile: Profile, limit: int) -> Iterator[str]:
    money = instruction.amount
    if money.currency not in profile.currencies:
        yield f"the currency {money.currency} is not carried by {profile.title}"
    if not 0 < money.amount <= limit:
        yield f"the amount {money.amount} is not between 1 and {limit} minor units"


def _counterparty(instruction: Instruction, profile: Profile) -> Iterator[str]:
    party = instruction.counterparty
    if not to_latin(party.name).strip(" ."):
        yield "the counterparty has no name"
    tag = party.account.__struct_config__.tag
    if tag not in profile.accounts:
        yield f"{profile.title} does not reach this kind of account"
        return
    yield from account_objections(party.account)


def account_objections(account: Account) -> Iterator[str]:
    """Yield what is wrong with an account's numbers."""
    match account:
        case UsAccount():
            yield from _us(account)
        case GbAccount():
            yield from _gb(account)
        case IbanAccount():
            yield from _iban(account)
        case BicAccount():
            yield from _bic(account)
        case _:
            yield "the account is of another network"


def _us(account: UsAccount) -> Iterator[str]:
    if not is_routing_number(account.routing_number):
        yield "the routing number is not nine digits with a right check digit"
    if not _is_number(account.account_number, 17):
        yield "the account number is not 1 to 17 letters, digits or hyphens"


def _gb(account: GbAccount) -> Iterator[str]:
    if not is_sort_code(account.sort_code):
        yield "the sort code is not six digits"
    if not is_gb_account_number(account.account_number):
        yield "the account number is not eight digits"


def _iban(account: IbanAccount) -> Iterator[str]:
    if not is_iban(account.iban):
        yield "the IBAN is not valid"
    if not is_bic(account.bic or ""):
        yield "the BIC of the bank that holds the account is missing or not valid"


def _bic(account: BicAccount) -> Iterator[str]:
    if not is_bic(account.bic):
        yield "the BIC of the bank that holds the account is not valid"
    if not _is_number(account.account_number, 34):
        yield "the account number is not 1 to 34 letters, digits or hyphens"


def _texts(instruction: Instruction, profile: Profile) -> Iterator[str]:
    unknown = sorted(instruction.details.keys() - profile.details)
    if unknown:
        yield f"the details {', '.join(unknown)} are not known to {profile.title}"
    named = instruction.end_to_end_id
    if len(named) > 35 or to_latin(named) != named:
        yield "the end-to-end id is not at most 35 Latin characters"
    if named and not is_name(named):
        yield f"the end-to-end id {named} is what means none; leave it out"
    if not _is_day(instruction.details.get("expires_on", "")):
        yield "the day on which it expires (expires_on) is no date"
    if len(instruction.purpose) > 35:
        yield "the purpose is longer than 35 characters"
    if not instruction.trace:
        yield "there is no trace"


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_code(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isalnum()


def _is_number(text: str, longest: int) -> bool:
    core = text.replace("-", "")
    return len(text) <= longest and core.isascii() and core.isalnum()
