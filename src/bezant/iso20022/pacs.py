"""Payments between banks (pacs): transfers, debits, statuses, returns, reversals, enquiries."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Struct

from bezant.iso20022.parties import (
    Account,
    Agent,
    Charges,
    Mandate,
    Many,
    OriginalGroup,
    OriginalMessage,
    OriginalPayment,
    Party,
    PaymentId,
    PaymentType,
    Purpose,
    Reason,
    Remittance,
    Settlement,
)
from bezant.iso20022.shape import At
from bezant.kernel.money import Money

CHARGE_BEARERS = ("DEBT", "CRED", "SHAR", "SLEV")


class PaymentHeader(Struct, frozen=True, kw_only=True):
    """The group header of payments: how many, how much, when and how they are settled."""

    id: Annotated[str, At("MsgId", max=35)]
    created_at: Annotated[datetime, At("CreDtTm")]
    count: Annotated[int, At("NbOfTxs")]
    control_sum: Annotated[Decimal | None, At("CtrlSum")] = None
    total: Annotated[Money | None, At("TtlIntrBkSttlmAmt")] = None
    returned_total: Annotated[Money | None, At("TtlRtrdIntrBkSttlmAmt")] = None
    reversed_total: Annotated[Money | None, At("TtlRvsdIntrBkSttlmAmt")] = None
    settles_on: Annotated[date | None, At("IntrBkSttlmDt")] = None
    settlement: Annotated[Settlement, At("SttlmInf")]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None
    line: int = 0


class Note(Struct, frozen=True):
    """An instruction for a bank on the way, by code or in words."""

    code: Annotated[str, At("Cd", max=4)] = ""
    text: Annotated[str, At("InstrInf", max=140)] = ""


class Transfer(Struct, frozen=True, kw_only=True):
    """One customer's credit transfer between banks (CdtTrfTxInf)."""

    id: Annotated[PaymentId, At("PmtId")]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    amount: Annotated[Money, At("IntrBkSttlmAmt")]
    settles_on: Annotated[date | None, At("IntrBkSttlmDt")] = None
    priority: Annotated[str, At("SttlmPrty", codes=("HIGH", "NORM", "URGT"))] = ""
    accepted_at: Annotated[datetime | None, At("AccptncDtTm")] = None
    instructed_amount: Annotated[Money | None, At("InstdAmt")] = None
    rate: Annotated[Decimal | None, At("XchgRate")] = None
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)]
    charges: Annotated[tuple[Charges, ...], At("ChrgsInf")] = ()
    previous: Annotated[Agent | None, At("PrvsInstgAgt1", old="PrvsInstgAgt")] = None
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None
    intermediary: Annotated[Agent | None, At("IntrmyAgt1")] = None
    intermediary_2: Annotated[Agent | None, At("IntrmyAgt2")] = None
    intermediary_3: Annotated[Agent | None, At("IntrmyAgt3")] = None
    ultimate_debtor: Annotated[Party | None, At("UltmtDbtr")] = None
    initiator: Annotated[Party | None, At("InitgPty")] = None
    debtor: Annotated[Party, At("Dbtr")]
    debtor_account: Annotated[Account | None, At("DbtrAcct")] = None
    debtor_agent: Annotated[Agent, At("DbtrAgt")]
    creditor_agent: Annotated[Agent, At("CdtrAgt")]
    creditor: Annotated[Party, At("Cdtr")]
    creditor_account: Annotated[Account | None, At("CdtrAcct")] = None
    ultimate_creditor: Annotated[Party | None, At("UltmtCdtr")] = None
    notes_for_creditor_agent: Annotated[tuple[Note, ...], At("InstrForCdtrAgt")] = ()
    notes_for_next_agent: Annotated[tuple[Note, ...], At("InstrForNxtAgt")] = ()
    purpose: Annotated[Purpose | None, At("Purp")] = None
    remittance: Annotated[Remittance | None, At("RmtInf")] = None
    line: int = 0


class CustomerTransfers(Struct, frozen=True):
    """pacs.008: credit transfers that banks make for their customers (FIToFICstmrCdtTrf)."""

    header: Annotated[PaymentHeader, At("GrpHdr")]
    payments: Annotated[Many[Transfer], At("CdtTrfTxInf")]
    line: int = 0


class BankTransfer(Struct, frozen=True, kw_only=True):
    """One credit transfer of a bank's own (CdtTrfTxInf of pacs.009)."""

    id: Annotated[PaymentId, At("PmtId")]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    amount: Annotated[Money, At("IntrBkSttlmAmt")]
    settles_on: Annotated[date | None, At("IntrBkSttlmDt")] = None
    priority: Annotated[str, At("SttlmPrty", codes=("HIGH", "NORM", "URGT"))] = ""
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None
    intermediary: Annotated[Agent | None, At("IntrmyAgt1")] = None
    debtor: Annotated[Agent, At("Dbtr")]
    debtor_account: Annotated[Account | None, At("DbtrAcct")] = None
    debtor_agent: Annotated[Agent | None, At("DbtrAgt")] = None
    creditor_agent: Annotated[Agent | None, At("CdtrAgt")] = None
    creditor: Annotated[Agent, At("Cdtr")]
    creditor_account: Annotated[Account | None, At("CdtrAcct")] = None
    notes_for_creditor_agent: Annotated[tuple[Note, ...], At("InstrForCdtrAgt")] = ()
    notes_for_next_agent: Annotated[tuple[Note, ...], At("InstrForNxtAgt")] = ()
    purpose: Annotated[Purpose | None, At("Purp")] = None
    remittance: Annotated[Remittance | None, At("RmtInf")] = None
    line: int = 0


class BankTransfers(Struct, frozen=True):
    """pacs.009: credit transfers of banks' own (FICdtTrf)."""

    header: Annotated[PaymentHeader, At("GrpHdr")]
    payments: Annotated[Many[BankTransfer], At("CdtTrfTxInf")]
    line: int = 0


class Debit(Struct, frozen=True, kw_only=True):
    """One direct debit between banks (DrctDbtTxInf)."""

    id: Annotated[PaymentId, At("PmtId")]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    amount: Annotated[Money, At("IntrBkSttlmAmt")]
    settles_on: Annotated[date | None, At("IntrBkSttlmDt")] = None
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)]
    collected_on: Annotated[date | None, At("ReqdColltnDt")] = None
    mandate: Annotated[Mandate | None, At("DrctDbtTx/MndtRltdInf")] = None
    creditor_id: Annotated[Party | None, At("DrctDbtTx/CdtrSchmeId")] = None
    creditor: Annotated[Party, At("Cdtr")]
    creditor_account: Annotated[Account | None, At("CdtrAcct")] = None
    creditor_agent: Annotated[Agent, At("CdtrAgt")]
    ultimate_creditor: Annotated[Party | None, At("UltmtCdtr")] = None
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None
    debtor: Annotated[Party, At("Dbtr")]
    debtor_account: Annotated[Account, At("DbtrAcct")]
    debtor_agent: Annotated[Agent, At("DbtrAgt")]
    ultimate_debtor: Annotated[Party | None, At("UltmtDbtr")] = None
    purpose: Annotated[Purpose | None, At("Purp")] = None
    remittance: Annotated[Remittance | None, At("RmtInf")] = None
    line: int = 0


class CustomerDebits(Struct, frozen=True):
    """pacs.003: direct debits that banks pass on for their customers (FIToFICstmrDrctDbt)."""

    header: Annotated[PaymentHeader, At("GrpHdr")]
    payments: Annotated[Many[Debit], At("DrctDbtTxInf")]
    line: int = 0


class StatusHeader(Struct, frozen=True):
    """The group header of statuses and enquiries."""

    id: Annotated[str, At("MsgId", max=35)]
    created_at: Annotated[datetime, At("CreDtTm")]
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None


class Status(Struct, frozen=True, kw_only=True):
    """What became of one payment (TxInfAndSts)."""

    id: Annotated[str, At("StsId", max=35)] = ""
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    payment: Annotated[str, At("OrgnlTxId", max=35)] = ""
    uetr: Annotated[str, At("OrgnlUETR", max=36)] = ""
    status: Annotated[str, At("TxSts", max=4)] = ""
    reasons: Annotated[tuple[Reason, ...], At("StsRsnInf")] = ()
    charges: Annotated[tuple[Charges, ...], At("ChrgsInf")] = ()
    accepted_at: Annotated[datetime | None, At("AccptncDtTm")] = None
    settled_on: Annotated[date | None, At("FctvIntrBkSttlmDt/Dt", choice=True)] = None
    settled_at: Annotated[datetime | None, At("FctvIntrBkSttlmDt/DtTm")] = None
    bank_reference: Annotated[str, At("AcctSvcrRef", max=35)] = ""
    clearing_reference: Annotated[str, At("ClrSysRef", max=35)] = ""
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class StatusReport(Struct, frozen=True):
    """pacs.002: what became of payments (FIToFIPmtStsRpt)."""

    header: Annotated[StatusHeader, At("GrpHdr")]
    groups: Annotated[tuple[OriginalGroup, ...], At("OrgnlGrpInfAndSts")] = ()
    payments: Annotated[Many[Status], At("TxInfAndSts")] = ()
    line: int = 0


class Return(Struct, frozen=True, kw_only=True):
    """One payment that comes back (TxInf of pacs.004)."""

    id: Annotated[str, At("RtrId", max=35)] = ""
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    payment: Annotated[str, At("OrgnlTxId", max=35)] = ""
    uetr: Annotated[str, At("OrgnlUETR", max=36)] = ""
    clearing_reference: Annotated[str, At("OrgnlClrSysRef", max=35)] = ""
    original_amount: Annotated[Money | None, At("OrgnlIntrBkSttlmAmt")] = None
    original_date: Annotated[date | None, At("OrgnlIntrBkSttlmDt")] = None
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    amount: Annotated[Money, At("RtrdIntrBkSttlmAmt")]
    settles_on: Annotated[date | None, At("IntrBkSttlmDt")] = None
    instructed_amount: Annotated[Money | None, At("RtrdInstdAmt")] = None
    compensation: Annotated[Money | None, At("CompstnAmt")] = None
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)] = ""
    charges: Annotated[tuple[Charges, ...], At("ChrgsInf")] = ()
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None
    chain: Annotated["ReturnChain | None", At("RtrChain")] = None
    reasons: Annotated[tuple[Reason, ...], At("RtrRsnInf")] = ()
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class ReturnChain(Struct, frozen=True):
    """Through whom money comes back, its sender now the debtor (RtrChain)."""

    debtor: Annotated["ChainParty", At("Dbtr")]
    debtor_account: Annotated[Account | None, At("DbtrAcct")] = None
    debtor_agent: Annotated[Agent | None, At("DbtrAgt")] = None
    creditor_agent: Annotated[Agent | None, At("CdtrAgt")] = None
    creditor: Annotated["ChainParty | None", At("Cdtr")] = None
    creditor_account: Annotated[Account | None, At("CdtrAcct")] = None


class ChainParty(Struct, frozen=True):
    """A party or a bank in a chain of returns."""

    party: Annotated[Party | None, At("Pty", choice=True)] = None
    agent: Annotated[Agent | None, At("Agt")] = None


class Returns(Struct, frozen=True):
    """pacs.004: payments that come back (PmtRtr)."""

    header: Annotated[PaymentHeader, At("GrpHdr")]
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    payments: Annotated[Many[Return], At("TxInf")] = ()
    line: int = 0


class Reversal(Struct, frozen=True, kw_only=True):
    """One collection that its collector takes back (TxInf of pacs.007)."""

    id: Annotated[str, At("RvslId", max=35)] = ""
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    payment: Annotated[str, At("OrgnlTxId", max=35)] = ""
    original_amount: Annotated[Money | None, At("OrgnlIntrBkSttlmAmt")] = None
    original_date: Annotated[date | None, At("OrgnlIntrBkSttlmDt")] = None
    amount: Annotated[Money, At("RvsdIntrBkSttlmAmt")]
    settles_on: Annotated[date | None, At("IntrBkSttlmDt")] = None
    reasons: Annotated[tuple[Reason, ...], At("RvslRsnInf")] = ()
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class Reversals(Struct, frozen=True):
    """pacs.007: collections that their collectors take back (FIToFIPmtRvsl)."""

    header: Annotated[PaymentHeader, At("GrpHdr")]
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    payments: Annotated[Many[Reversal], At("TxInf")] = ()
    line: int = 0


class Enquiry(Struct, frozen=True, kw_only=True):
    """What is asked about one payment (TxInf of pacs.028)."""

    id: Annotated[str, At("StsReqId", max=35)] = ""
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    payment: Annotated[str, At("OrgnlTxId", max=35)] = ""
    uetr: Annotated[str, At("OrgnlUETR", max=36)] = ""
    instructing: Annotated[Agent | None, At("InstgAgt")] = None
    instructed: Annotated[Agent | None, At("InstdAgt")] = None
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class Enquiries(Struct, frozen=True):
    """pacs.028: what became of these payments? (FIToFIPmtStsReq)."""

    header: Annotated[StatusHeader, At("GrpHdr")]
    groups: Annotated[tuple[OriginalMessage, ...], At("OrgnlGrpInf")] = ()
    payments: Annotated[tuple[Enquiry, ...], At("TxInf")] = ()
    line: int = 0
