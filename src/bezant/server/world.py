"""The sandbox's world: the operator's accounts at simulated banks, one for each currency.

Test mode begins with them, so that every rail can be tried before there is a bank.
"""

from msgspec.structs import replace

from bezant.movement.profile import SANDBOX, BankProfile, BankRail
from bezant.rail import (
    Account,
    Address,
    BicAccount,
    BrAccount,
    CaAccount,
    GbAccount,
    IbanAccount,
    Originator,
    UpiAddress,
)

_OPERATOR = "BEZANT OPERATOR"
_BIC_US, _BIC_DE, _BIC_GB = "SNDBUS33XXX", "SNDBDEFFXXX", "SNDBGB2LXXX"
_BIC_JP, _NUMBER_JP = "SNDBJPJTXXX", "7654321"
_IBAN = "DE44999999990532013000"
_SORT_CODE, _NUMBER = "009911", "87654321"
_INSTITUTION, _TRANSIT, _CANADIAN = "999", "00011", "1234567890"
_ISPB = "99999990"
_VPA = "operator@sandboxbank"

_NEW_YORK = Address("US", "New York", "10001", "Broadway", "1500", "NY")
_BERLIN = Address("DE", "Berlin", "10117", "Unter den Linden", "1")
_TOKYO = Address("JP", "Tokyo", "100-0005", "Marunouchi", "1")
_TORONTO = Address("CA", "Toronto", "M5H 1J9", "Bay Street", "200", "ON")
_LONDON = Address("GB", "London", "EC2R 8AH", "Threadneedle Street", "1")


def _access(
    company_id: str, bank_id: str, account: Account, address: Address | None = None
) -> BankRail:
    return BankRail(
        Originator(
            name=_OPERATOR,
            company_id=company_id,
            bank_id=bank_id,
            account=account,
            bank_name="SANDBOX BANK",
            address=address,
        )
    )


def _dollars() -> BankProfile:
    """Return the first bank, with every rail that a bank in the United States has."""
    ach = SANDBOX.rails["ach"]
    wire = BankRail(replace(ach.originator, address=_NEW_YORK, origin_id=""), prices={})
    abroad = BicAccount(SANDBOX.account, _BIC_US, "US")
    dear = {"standard": 1_500, "urgent": 1_500}
    return replace(
        SANDBOX,
        rails={
            "ach": ach,
            "fednow": replace(wire, prices={"instant": 45}),
            "rtp": replace(wire, prices={"instant": 50}),
            "fedwire": replace(wire, prices={"urgent": dear["urgent"]}),
            "swift": replace(
                _access("BEZANT", _BIC_US, abroad, _NEW_YORK),
                prices={"standard": dear["standard"]},
            ),
        },
    )


def _euros() -> BankProfile:
    access = _access("DE98ZZZ09999999999", _BIC_DE, IbanAccount(_IBAN, _BIC_DE), _BERLIN)
    rails = ("sepa_credit", "sepa_instant", "sepa_debit_core", "sepa_debit_b2b")
    return BankProfile(
        name="sandbox-eur",
        currency="eur",
        account=_IBAN,
        details=IbanAccount(_IBAN, _BIC_DE),
        holder=_OPERATOR,
        bank_name="SANDBOX BANK",
        rails=dict.fromkeys(rails, access),
        simulated=True,
    )


def _pounds() -> BankProfile:
    account = GbAccount(_SORT_CODE, _NUMBER)
    member = _access("123456", _SORT_CODE, account, _LONDON)
    return BankProfile(
        name="sandbox-gbp",
        currency="gbp",
        account=_NUMBER,
        details=account,
        holder=_OPERATOR,
        bank_name="SANDBOX BANK",
        rails={
            "bacs": member,
            "fps": replace(member, prices={"instant": 20}),
            "chaps": _access("BEZANT", _BIC_GB, account, _LONDON),
        },
        simulated=True,
    )


def _canadian_dollars() -> BankProfile:
    account = CaAccount(_INSTITUTION, _TRANSIT, _CANADIAN)
    return BankProfile(
        name="sandbox-cad",
        currency="cad",
        account=_CANADIAN,
        details=account,
        holder=_OPERATOR,
        bank_name="SANDBOX BANK",
        rails={"acss": _access("BEZANT0001", f"{_INSTITUTION}20", account, _TORONTO)},
        simulated=True,
    )


def _reais() -> BankProfile:
    account = BrAccount(_ISPB, "1", "1234567")
    return BankProfile(
        name="sandbox-brl",
        currency="brl",
        account=account.account_number,
        details=account,
        holder=_OPERATOR,
        bank_name="SANDBOX BANK",
        rails={"pix": _access("11222333000181", _ISPB, account)},
        simulated=True,
    )


def _rupees() -> BankProfile:
    account = UpiAddress(_VPA)
    return BankProfile(
        name="sandbox-inr",
        currency="inr",
        account=_VPA,
        details=account,
        holder=_OPERATOR,
        bank_name="SANDBOX BANK",
        rails={"upi": _access("100000", "100000", account)},
        simulated=True,
    )


def _yen() -> BankProfile:
    """Return a bank that yen are sent to, and leave only by correspondent banks."""
    account = BicAccount(_NUMBER_JP, _BIC_JP, "JP")
    return BankProfile(
        name="sandbox-jpy",
        currency="jpy",
        account=_NUMBER_JP,
        details=account,
        holder=_OPERATOR,
        bank_name="SANDBOX BANK",
        rails={
            "swift": replace(
                _access("BEZANT", _BIC_JP, account, _TOKYO), prices={"standard": 2_000}
            )
        },
        simulated=True,
    )


WORLD: tuple[BankProfile, ...] = (
    _dollars(),
    _euros(),
    _pounds(),
    _canadian_dollars(),
    _reais(),
    _rupees(),
    _yen(),
)
"""Every account at a simulated bank, the one that test mode begins with first."""
