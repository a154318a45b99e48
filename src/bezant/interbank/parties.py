"""Parties, accounts and banks between the two worlds: a rail's shapes and a message's elements."""

from bezant.interbank.profile import Profile
from bezant.iso20022.charset import to_latin
from bezant.iso20022.parties import Account as IsoAccount
from bezant.iso20022.parties import Address as IsoAddress
from bezant.iso20022.parties import Agent
from bezant.iso20022.parties import Party as IsoParty
from bezant.rail import (
    Account,
    Address,
    BicAccount,
    GbAccount,
    IbanAccount,
    Originator,
    Party,
    UsAccount,
)

_NAME = 140


def bank_of(account: Account) -> str:
    """Return the number of the bank that holds an account; empty where it is not known."""
    match account:
        case UsAccount():
            return account.routing_number
        case GbAccount():
            return account.sort_code
        case IbanAccount():
            return account.bic or ""
        case BicAccount():
            return account.bic
        case _:
            return ""


def agent(profile: Profile, number: str) -> Agent:
    """Return a bank as an element, by its member's number or by its BIC."""
    if number[:1].isdecimal() and profile.members:
        return Agent(clearing=profile.members, member=number)
    return Agent(bic=number)


def account(of: Account) -> IsoAccount:
    """Return an account as an element."""
    match of:
        case IbanAccount():
            return IsoAccount(iban=of.iban)
        case UsAccount() | GbAccount() | BicAccount():
            return IsoAccount(other=of.account_number)
        case _:
            raise AssertionError("an account that was objected to is not written")


def address(of: Address | None) -> IsoAddress | None:
    """Return a postal address as an element, structured."""
    if of is None:
        return None
    return IsoAddress(
        street=to_latin(of.street, 70),
        building=to_latin(of.building, 16),
        postal_code=to_latin(of.postal_code, 16),
        town=to_latin(of.town, 35),
        state=to_latin(of.state, 35),
        country=of.country.upper(),
    )


def party(of: Party | Originator) -> IsoParty:
    """Return a party as an element: its name in Latin letters and its address."""
    return IsoParty(name=to_latin(of.name, _NAME), address=address(of.address))


def read_party(who: IsoParty | None, where: IsoAccount | None, bank: Agent | None) -> Party | None:
    """Return a counterparty; none where a message names no account."""
    if where is None or not where.number:
        return None
    name = who.name if who else ""
    organisation = bool(who and (who.organisation_ids or who.lei or who.bic))
    return Party(
        name=name,
        account=_read_account(where, bank),
        holder="company" if organisation else "individual",
        address=_read_address(who.address if who else None),
        bank_name=bank.name if bank else "",
    )


def _read_account(where: IsoAccount, bank: Agent | None) -> Account:
    number = bank.id if bank else ""
    if where.iban:
        return IbanAccount(where.iban, number or None)
    if len(number) == 6 and number.isdecimal():
        return GbAccount(number, where.other)
    if number[:1].isdecimal():
        return UsAccount(number, where.other)
    return BicAccount(where.other, number, number[4:6])


def _read_address(of: IsoAddress | None) -> Address | None:
    if of is None or not of.country:
        return None
    return Address(
        of.country, of.town, of.postal_code, of.street or " ".join(of.lines), of.building, of.state
    )
