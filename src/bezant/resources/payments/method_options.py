"""Method options: how single types are to be dealt with, as an intent shows it."""

from collections.abc import Mapping
from typing import Any

from bezant.api.params import Params
from bezant.resources.payments.method_option_params import (
    AcssDebitOptions,
    AcssMandate,
    BankTransferOptions,
    CustomerBalanceOptions,
    UsBankAccountOptions,
)

_BLANK: Mapping[str, Mapping[str, Any]] = {
    "acss_debit": {"verification_method": "automatic"},
    "customer_balance": {"funding_type": None},
    "pix": {"expires_after_seconds": None, "expires_at": None},
    "us_bank_account": {"verification_method": "automatic"},
}
"""What is shown of a type of which nothing was said."""
NO_AGREEMENT: Mapping[str, Any] = {
    "interval_description": None,
    "payment_schedule": None,
    "transaction_type": None,
}
"""What is shown of a mandate in Canada of which nothing was said."""
_SPELLINGS: Mapping[str, str] = {"jp_bank_account": "jp_bank_transfer"}
"""Kinds of bank transfer that have another spelling, and what they are."""
_NOT_SHOWN = ("financial_connections", "mandate_options", "networks", "bank_transfer")


def shown(kind: str, before: Mapping[str, Any], sent: Params | str | None) -> dict[str, Any]:
    """Return the options of a type after others were sent; an empty text unsets them all."""
    blank = dict(_BLANK.get(kind, {}))
    if sent is None:
        return {**blank, **before}
    if isinstance(sent, str):
        return blank
    told = {name: value for name, value in sent.changes(without=_NOT_SHOWN).items() if value}
    if isinstance(sent, AcssDebitOptions) and sent.mandate_options is not None:
        told["mandate_options"] = agreement(before, sent.mandate_options)
    if isinstance(sent, CustomerBalanceOptions) and sent.bank_transfer is not None:
        told["bank_transfer"] = _transfer(sent.bank_transfer)
    if isinstance(sent, UsBankAccountOptions) and sent.transaction_purpose == "":
        before = {name: each for name, each in before.items() if name != "transaction_purpose"}
    return {**blank, **before, **told}


def agreement(before: Mapping[str, Any], sent: AcssMandate) -> dict[str, Any]:
    """Return what options show of a mandate in Canada after more was said of it."""
    known = {**NO_AGREEMENT, **before.get("mandate_options", {}), **sent.changes(without=())}
    return {name: each for name, each in known.items() if each is not None or name in NO_AGREEMENT}


def _transfer(sent: BankTransferOptions) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": _SPELLINGS.get(sent.type, sent.type)}
    if sent.requested_address_types is not None:
        shown["requested_address_types"] = sent.requested_address_types
    if sent.eu_bank_transfer is not None:
        shown["eu_bank_transfer"] = {"country": sent.eu_bank_transfer.country}
    return shown
