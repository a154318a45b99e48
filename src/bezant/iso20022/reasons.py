"""ISO 20022's external reason codes: what they mean, and which of the API's failures they are.

The words are ours; a code that the table does not know could not be processed, and says so itself.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Reason(NamedTuple):
    """Why a payment was refused, returned or asked back."""

    code: str
    meaning: str
    failure_code: str


_OTHER = "could_not_process"

_ROWS = """
AC01 invalid_account_number          Account number is not valid
AC02 invalid_account_number          Payer's account number is not valid
AC03 no_account                      Payee's account number is not valid or does not exist
AC04 account_closed                  Account is closed
AC05 account_closed                  Payer's account is closed
AC06 account_frozen                  Account is blocked
AC07 account_closed                  Payee's account is closed
AC10 invalid_currency                Account does not take this currency
AC13 incorrect_account_type          Payer's account is of a kind that does not allow it
AC14 incorrect_account_type          Payee's account is of a kind that does not allow it
AC15 bank_ownership_changed          Account has moved to another bank
AC16 bank_account_restricted         Account is restricted
AG01 bank_account_restricted         Account does not allow such payments
AG02 could_not_process               Bank operation code is not valid
AG03 bank_account_restricted         Payment type is not supported by this account
AG09 could_not_process               Payment was never received
AG10 could_not_process               Agent is suspended
AG11 could_not_process               Creditor's agent is suspended
AGNT could_not_process               Agent on the way is not right
AM01 could_not_process               Amount is zero
AM02 declined                        Amount is higher than what is allowed
AM03 invalid_currency                Currency is not handled here
AM04 insufficient_funds              Funds do not suffice
AM05 could_not_process               Payment is a duplicate
AM06 declined                        Amount is too low
AM07 account_frozen                  Amount is blocked by an authority
AM09 could_not_process               Amount is not what was agreed or expected
AM10 could_not_process               Sum of amounts does not agree
AM11 invalid_currency                Currency is not valid or missing
AM12 could_not_process               Amount is not valid or missing
AM13 declined                        Amount exceeds the limit of the clearing system
AM14 declined                        Amount exceeds what bank and client agreed
AM21 declined                        Amount exceeds the limit that was agreed for the day
AM23 declined                        Amount exceeds the settlement limit
BE01 incorrect_account_holder_name   Name does not belong to the account
BE04 incorrect_account_holder_address Payee's address is missing or wrong
BE05 debit_not_authorized            Whoever started it is not known to the payer
BE06 no_account                      Account holder is not known
BE07 incorrect_account_holder_address Payer's address is missing or wrong
BE10 incorrect_account_holder_address Payer's country is missing or wrong
BE11 incorrect_account_holder_address Payee's country is missing or wrong
BE16 incorrect_account_holder_tax_id Payer's identification is missing or wrong
BE17 incorrect_account_holder_tax_id Payee's identification is missing or wrong
BE23 no_account                      Proxy of the account is not known
CNOR could_not_process               Payee's bank is not registered
CURR invalid_currency                Currency is not right
CUST declined                        Asked for by the customer
CUTA could_not_process               Cancelled because an investigation could not be answered
DNOR could_not_process               Payer's bank is not registered
DS02 declined                        Order was cancelled
DS04 declined                        Order was refused by the bank
DS24 could_not_process               Waiting time ran out
DT01 could_not_process               Date is not valid
DT04 could_not_process               Future date is not supported
DUPL could_not_process               Payment is a duplicate
ED05 could_not_process               Settlement failed
ED06 could_not_process               Interbank settlement system is not available
ERIN could_not_process               Option is not supported
FF01 could_not_process               Format of the message is not valid
FF02 could_not_process               Syntax of the message is not valid
FF03 could_not_process               Payment type is missing or not valid
FF05 could_not_process               Local instrument is missing or not valid
FF08 could_not_process               End-to-end identification is missing or not valid
FF10 could_not_process               Bank's system failed
FOCR declined                        Sent back because it was asked for
FR01 declined                        Suspected fraud
FRAD declined                        Fraudulent origin
LEGL declined                        Legal decision
MD01 debit_not_authorized            There is no mandate
MD02 debit_not_authorized            Mandate's data is missing or wrong
MD06 debit_not_authorized            Payer asked for the money back
MD07 account_closed                  Account holder has died
MS02 declined                        Customer refused, for reasons not told
MS03 could_not_process               Bank refused, for reasons not told
NARR could_not_process               Reason is told in words
NERR could_not_process               No error was found
NOAS declined                        Customer did not answer
NOOR could_not_process               Original payment was never received
PY01 could_not_process               Receiver cannot be reached
RC01 could_not_process               Bank's identification is not valid
RC03 could_not_process               Payer's bank is not valid
RC04 could_not_process               Payee's bank is not valid
RC07 could_not_process               Payee's bank identification is not valid
RR01 could_not_process               Payer's identification is missing for the authorities
RR02 could_not_process               Payer's name or address is missing for the authorities
RR03 could_not_process               Payee's name or address is missing for the authorities
RR04 declined                        Regulatory reason
RR06 could_not_process               Tax information is missing or not valid
RUTA could_not_process               Returned because an investigation could not be answered
SL01 declined                        Specific service of the payer's bank
SL02 declined                        Specific service of the payee's bank
SL11 declined                        Payee is not on the payer's list
SL12 declined                        Payee is on the payer's block list
SL14 declined                        Amount is above what the payer allows
SVNR could_not_process               Service was not rendered
TECH could_not_process               Technical problem
TM01 could_not_process               Came after the cut-off
TS01 could_not_process               Transmission was aborted
UPAY declined                        Payment was not due
"""

REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        code: Reason(code, meaning.strip(), failure)
        for code, failure, meaning in (row.split(maxsplit=2) for row in _ROWS.split("\n") if row)
    }
)


def reason(code: str) -> Reason:
    """Return what a code says; one that is not in the table could not be processed."""
    return REASONS.get(code) or Reason(code, f"Refused as {code}", _OTHER)
