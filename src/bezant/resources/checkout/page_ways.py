"""The ways to pay on the checkout page: what each asks for, and what whoever pays agrees to.

A row for each type of payment method is all that the page knows of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from bezant.resources.checkout.page_fields import (
    ACCOUNT,
    ACCOUNT_TYPE,
    CVC,
    EXPIRY,
    FIELDS,
    HOLDER_TYPE,
    IBAN,
    INSTITUTION,
    NAME,
    NUMBER,
    ROUTING,
    SORT_CODE,
    TRANSIT,
)

Typed = Mapping[str, str]
_BACS_DIGITS = 8
"""Digits of an account number in the United Kingdom; shorter ones begin with noughts."""


class Way(Struct, frozen=True, kw_only=True):
    """A way to pay; each of `rows` is a field, or two that stand beside each other.

    `billing` is what is asked of the address even if nobody wants it for something else, `test` are
    numbers that pay in test mode. `agrees` is what whoever pays agrees to for one payment, without
    which there is no mandate, and `agrees_later` for those to come. `after` says what happens next.
    `places` are parameters of the payment method and the fields that they are typed into, `exact`
    says of a field what it may hold here, and what is said if it does not. A way with an empty
    `later`, which is what the page calls the thing, can't be kept for payments to come.
    """

    title: str
    rows: Sequence[Sequence[str]]
    told: Callable[[Typed], dict[str, str]]
    name: str = "Name of the account's holder"
    ask_name: str = "Enter the name of the account's holder."
    billing: Literal["", "country", "address"] = ""
    agrees: str = ""
    agrees_later: str = ""
    after: str = ""
    button: str = ""
    later: str = ""
    test: str = ""
    places: Mapping[str, str] = {}
    exact: Mapping[str, tuple[str, str]] = {}


def _card(typed: Typed) -> dict[str, str]:
    found = re.fullmatch(FIELDS[EXPIRY].pattern, typed[EXPIRY], re.ASCII)
    assert found is not None, "a form without gaps has an expiry"
    return {
        "number": typed[NUMBER],
        "exp_month": found[1],
        "exp_year": found[2],
        "cvc": typed[CVC],
    }


def _us(typed: Typed) -> dict[str, str]:
    return {
        "account_holder_type": typed[HOLDER_TYPE],
        "account_number": typed[ACCOUNT],
        "account_type": typed[ACCOUNT_TYPE],
        "routing_number": typed[ROUTING],
    }


def _acss(typed: Typed) -> dict[str, str]:
    return {
        "account_number": typed[ACCOUNT],
        "institution_number": typed[INSTITUTION],
        "transit_number": typed[TRANSIT],
    }


def _bacs(typed: Typed) -> dict[str, str]:
    return {"account_number": typed[ACCOUNT].zfill(_BACS_DIGITS), "sort_code": typed[SORT_CODE]}


def _sepa(typed: Typed) -> dict[str, str]:
    return {"iban": typed[IBAN]}


def _nothing(_typed: Typed) -> dict[str, str]:
    return {}


_GUARANTEE = (
    " These Direct Debits are protected by the Direct Debit Guarantee: you are told in advance of "
    "the amount and the date, your bank gives back at once what was debited by mistake, and you "
    "can cancel at any time by telling your bank."
)
_RECOURSE = (
    " Your bank gives back what was debited otherwise than you have agreed to here, if you ask it "
    "within 90 days, or within ten banking days for a business."
)
_PAYER = "Your name"
_ASK_PAYER = "Enter your name."
WAYS: Mapping[str, Way] = {
    "card": Way(
        title="Card",
        rows=((NUMBER,), (EXPIRY, CVC), (NAME,)),
        told=_card,
        name="Name on the card",
        ask_name="Enter the name that is on the card.",
        billing="country",
        agrees_later="By saving your card you allow {merchant} to charge it for payments that you "
        "agree to.",
        later="card",
        test="Test card: 4242 4242 4242 4242, with any future date and any code.",
        places={
            "card[cvc]": CVC,
            "card[exp_month]": EXPIRY,
            "card[exp_year]": EXPIRY,
            "card[number]": NUMBER,
            "cvc": CVC,
            "exp_month": EXPIRY,
            "exp_year": EXPIRY,
            "number": NUMBER,
        },
    ),
    "sepa_debit": Way(
        title="Bank account (SEPA)",
        rows=((IBAN,), (NAME,)),
        told=_sepa,
        agrees="By paying you authorise {merchant}, or who collects for it, to send your bank "
        "an instruction to debit your account once with {total}, and your bank to debit it as "
        "instructed. You can claim the "
        "money back from your bank within eight weeks of the debit, under the terms of your "
        "agreement with it.",
        agrees_later="By saving your account you authorise {merchant}, or who collects for it, "
        "to send your bank instructions to debit it for payments that you agree to, and your "
        "bank to debit it as "
        "instructed. You can claim the money back from your bank within eight weeks of a debit, "
        "under the terms of your agreement with it.",
        after="Your account is debited in the next days, and {merchant} hears from its bank when "
        "the money has come.",
        later="bank account",
        test="Test account: AT61 1904 3002 3457 3201.",
        places={"sepa_debit[iban]": IBAN},
    ),
    "us_bank_account": Way(
        title="Bank account (ACH)",
        rows=((ROUTING,), (ACCOUNT,), (ACCOUNT_TYPE, HOLDER_TYPE), (NAME,)),
        told=_us,
        agrees="By paying you authorise {merchant}, or who collects for it, to debit this bank "
        "account once by ACH with {total}, today or in the next days. You can revoke that until "
        "the debit has been sent, "
        "by telling {merchant}.",
        agrees_later="By saving your account you authorise {merchant} to debit it by ACH for "
        "payments that you agree to, until you revoke that by telling {merchant}.",
        after="If this account has not been used here before, one cent is sent to it first, and "
        "you confirm the account with the code on your statement.",
        later="bank account",
        test="Test account: routing number 110000000, account number 000123456789.",
        places={
            "us_bank_account[account_number]": ACCOUNT,
            "us_bank_account[account_holder_type]": HOLDER_TYPE,
            "us_bank_account[account_type]": ACCOUNT_TYPE,
            "us_bank_account[routing_number]": ROUTING,
        },
    ),
    "acss_debit": Way(
        title="Bank account (Canada)",
        rows=((TRANSIT, INSTITUTION), (ACCOUNT,), (NAME,)),
        told=_acss,
        agrees="By paying you authorise {merchant} to debit this bank account once with {total}, "
        "today or in the next days, as a pre-authorized debit. You can revoke that until the "
        "debit "
        "has been sent, by telling {merchant}." + _RECOURSE,
        agrees_later="By saving your account you authorise {merchant} to debit it, as "
        "pre-authorized debits, for payments that you agree to, until you revoke that by telling "
        "{merchant}." + _RECOURSE,
        after="If this account has not been used here before, one cent is sent to it first, and "
        "you confirm the account with the code on your statement.",
        later="bank account",
        test="Test account: transit number 11000, institution number 000, account number "
        "000123456789.",
        places={
            "acss_debit[account_number]": ACCOUNT,
            "acss_debit[institution_number]": INSTITUTION,
            "acss_debit[transit_number]": TRANSIT,
        },
        exact={ACCOUNT: (r"\d{5,12}", "An account number has 5 to 12 digits.")},
    ),
    "bacs_debit": Way(
        title="Bank account (Bacs)",
        rows=((SORT_CODE, ACCOUNT), (NAME,)),
        told=_bacs,
        billing="address",
        agrees="By paying you instruct your bank or building society to pay {merchant}, or who "
        "collects for it, Direct Debits from this account, once, with {total}, and confirm that "
        "you alone may authorise "
        "debits from it. The instruction is passed on electronically." + _GUARANTEE,
        agrees_later="By saving your account you instruct your bank or building society to pay "
        "{merchant}, or who collects for it, Direct Debits from it for payments that you agree "
        "to, and confirm that you "
        "alone may authorise debits from it. The instruction stays with {merchant} and is passed "
        "on electronically." + _GUARANTEE,
        after="Your account is debited in the next days, and {merchant} hears from its bank when "
        "the money has come.",
        later="bank account",
        test="Test account: sort code 10-88-00, account number 00012345.",
        places={"bacs_debit[account_number]": ACCOUNT, "bacs_debit[sort_code]": SORT_CODE},
        exact={ACCOUNT: (r"\d{6,8}", "An account number has eight digits, or six or seven.")},
    ),
    "pix": Way(
        title="Pix",
        rows=((NAME,),),
        told=_nothing,
        name=_PAYER,
        ask_name=_ASK_PAYER,
        after="You get a code next, which you read or copy with your bank's app.",
        button="Show the Pix code",
    ),
    "upi": Way(
        title="UPI",
        rows=((NAME,),),
        told=_nothing,
        name=_PAYER,
        ask_name=_ASK_PAYER,
        after="You get a code next, which you read or open with any UPI app.",
        button="Show the UPI code",
    ),
    "customer_balance": Way(
        title="Bank transfer",
        rows=((NAME,),),
        told=_nothing,
        name=_PAYER,
        ask_name=_ASK_PAYER,
        after="You get the bank details to transfer {total} to. You have paid once the money has "
        "come, which takes up to a few days.",
        button="Show the bank details",
    ),
}
"""All ways by the type of their payment method, in the order in which they are offered."""
