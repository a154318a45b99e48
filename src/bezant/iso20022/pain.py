"""What customers order from banks (pain): transfers, collections, reversals, requests, statuses."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Struct

from bezant.iso20022.pacs import CHARGE_BEARERS
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
)
from bezant.iso20022.shape import At
from bezant.kernel.money import Money


class OrderHeader(Struct, frozen=True, kw_only=True):
    """The group header of orders: how many and how much (GroupHeader)."""

    id: Annotated[str, At("MsgId", max=35)]
    created_at: Annotated[datetime, At("CreDtTm")]
    count: Annotated[int, At("NbOfTxs")]
    control_sum: Annotated[Decimal | None, At("CtrlSum")] = None
    initiator: Annotated[Party, At("InitgPty")]
    line: int = 0


class CreditOrder(Struct, frozen=True, kw_only=True):
    """One transfer that a customer orders (CdtTrfTxInf)."""

    id: Annotated[PaymentId, At("PmtId")]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    amount: Annotated[Money | None, At("Amt/InstdAmt", choice=True)] = None
    equivalent: Annotated[Money | None, At("Amt/EqvtAmt/Amt!")] = None
    transferred_in: Annotated[str, At("Amt/EqvtAmt/CcyOfTrf!", pattern="[A-Z]{3}")] = ""
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)] = ""
    ultimate_debtor: Annotated[Party | None, At("UltmtDbtr")] = None
    intermediary: Annotated[Agent | None, At("IntrmyAgt1")] = None
    creditor_agent: Annotated[Agent | None, At("CdtrAgt")] = None
    creditor: Annotated[Party | None, At("Cdtr")] = None
    creditor_account: Annotated[Account | None, At("CdtrAcct")] = None
    ultimate_creditor: Annotated[Party | None, At("UltmtCdtr")] = None
    purpose: Annotated[Purpose | None, At("Purp")] = None
    remittance: Annotated[Remittance | None, At("RmtInf")] = None
    line: int = 0


class CreditBatch(Struct, frozen=True, kw_only=True):
    """Transfers from one account on one day (PmtInf of pain.001)."""

    id: Annotated[str, At("PmtInfId", max=35)]
    method: Annotated[str, At("PmtMtd", codes=("CHK", "TRA", "TRF"))]
    booked_as_one: Annotated[bool | None, At("BtchBookg")] = None
    count: Annotated[int | None, At("NbOfTxs")] = None
    control_sum: Annotated[Decimal | None, At("CtrlSum")] = None
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    executed_on: Annotated[date | None, At("ReqdExctnDt/Dt", old="ReqdExctnDt", choice=True)] = None
    executed_at: Annotated[datetime | None, At("ReqdExctnDt/DtTm")] = None
    debtor: Annotated[Party, At("Dbtr")]
    debtor_account: Annotated[Account, At("DbtrAcct")]
    debtor_agent: Annotated[Agent, At("DbtrAgt")]
    ultimate_debtor: Annotated[Party | None, At("UltmtDbtr")] = None
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)] = ""
    payments: Annotated[Many[CreditOrder], At("CdtTrfTxInf")]
    line: int = 0


class CreditOrders(Struct, frozen=True):
    """pain.001: transfers that a customer orders (CstmrCdtTrfInitn)."""

    header: Annotated[OrderHeader, At("GrpHdr")]
    batches: Annotated[Many[CreditBatch], At("PmtInf")]
    line: int = 0


class DebitOrder(Struct, frozen=True, kw_only=True):
    """One collection that a customer orders (DrctDbtTxInf)."""

    id: Annotated[PaymentId, At("PmtId")]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    amount: Annotated[Money, At("InstdAmt")]
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)] = ""
    mandate: Annotated[Mandate | None, At("DrctDbtTx/MndtRltdInf")] = None
    creditor_id: Annotated[Party | None, At("DrctDbtTx/CdtrSchmeId")] = None
    ultimate_creditor: Annotated[Party | None, At("UltmtCdtr")] = None
    debtor_agent: Annotated[Agent, At("DbtrAgt")]
    debtor: Annotated[Party, At("Dbtr")]
    debtor_account: Annotated[Account, At("DbtrAcct")]
    ultimate_debtor: Annotated[Party | None, At("UltmtDbtr")] = None
    purpose: Annotated[Purpose | None, At("Purp")] = None
    remittance: Annotated[Remittance | None, At("RmtInf")] = None
    line: int = 0


class DebitBatch(Struct, frozen=True, kw_only=True):
    """Collections to one account on one day, of one sequence (PmtInf of pain.008)."""

    id: Annotated[str, At("PmtInfId", max=35)]
    method: Annotated[str, At("PmtMtd", codes=("DD",))]
    booked_as_one: Annotated[bool | None, At("BtchBookg")] = None
    count: Annotated[int | None, At("NbOfTxs")] = None
    control_sum: Annotated[Decimal | None, At("CtrlSum")] = None
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    collected_on: Annotated[date, At("ReqdColltnDt")]
    creditor: Annotated[Party, At("Cdtr")]
    creditor_account: Annotated[Account, At("CdtrAcct")]
    creditor_agent: Annotated[Agent, At("CdtrAgt")]
    ultimate_creditor: Annotated[Party | None, At("UltmtCdtr")] = None
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)] = ""
    creditor_id: Annotated[Party | None, At("CdtrSchmeId")] = None
    payments: Annotated[Many[DebitOrder], At("DrctDbtTxInf")]
    line: int = 0


class DebitOrders(Struct, frozen=True):
    """pain.008: collections that a customer orders (CstmrDrctDbtInitn)."""

    header: Annotated[OrderHeader, At("GrpHdr")]
    batches: Annotated[Many[DebitBatch], At("PmtInf")]
    line: int = 0


class OrderStatusHeader(Struct, frozen=True):
    """The group header of statuses for a customer."""

    id: Annotated[str, At("MsgId", max=35)]
    created_at: Annotated[datetime, At("CreDtTm")]
    initiator: Annotated[Party | None, At("InitgPty")] = None
    debtor_agent: Annotated[Agent | None, At("DbtrAgt")] = None
    creditor_agent: Annotated[Agent | None, At("CdtrAgt")] = None


class OrderStatus(Struct, frozen=True, kw_only=True):
    """What became of one order (TxInfAndSts)."""

    id: Annotated[str, At("StsId", max=35)] = ""
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    uetr: Annotated[str, At("OrgnlUETR", max=36)] = ""
    status: Annotated[str, At("TxSts", max=4)] = ""
    reasons: Annotated[tuple[Reason, ...], At("StsRsnInf")] = ()
    charges: Annotated[tuple[Charges, ...], At("ChrgsInf")] = ()
    decided_at: Annotated[datetime | None, At("DbtrDcsnDtTm")] = None
    accepted_at: Annotated[datetime | None, At("AccptncDtTm")] = None
    bank_reference: Annotated[str, At("AcctSvcrRef", max=35)] = ""
    clearing_reference: Annotated[str, At("ClrSysRef", max=35)] = ""
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class BatchStatus(Struct, frozen=True, kw_only=True):
    """What became of one batch of orders (OrgnlPmtInfAndSts)."""

    id: Annotated[str, At("OrgnlPmtInfId", max=35)]
    count: Annotated[int | None, At("OrgnlNbOfTxs")] = None
    control_sum: Annotated[Decimal | None, At("OrgnlCtrlSum")] = None
    status: Annotated[str, At("PmtInfSts", max=4)] = ""
    reasons: Annotated[tuple[Reason, ...], At("StsRsnInf")] = ()
    payments: Annotated[Many[OrderStatus], At("TxInfAndSts")] = ()
    line: int = 0


class OrderStatusReport(Struct, frozen=True):
    """pain.002 and pain.014: what became of orders or requests (CstmrPmtStsRpt)."""

    header: Annotated[OrderStatusHeader, At("GrpHdr")]
    group: Annotated[OriginalGroup, At("OrgnlGrpInfAndSts")]
    batches: Annotated[tuple[BatchStatus, ...], At("OrgnlPmtInfAndSts")] = ()
    line: int = 0


class ReversalOrder(Struct, frozen=True, kw_only=True):
    """One collection that the customer takes back (TxInf of pain.007)."""

    id: Annotated[str, At("RvslId", max=35)] = ""
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    original_amount: Annotated[Money | None, At("OrgnlInstdAmt")] = None
    amount: Annotated[Money | None, At("RvsdInstdAmt")] = None
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)] = ""
    reasons: Annotated[tuple[Reason, ...], At("RvslRsnInf")] = ()
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class ReversalBatch(Struct, frozen=True, kw_only=True):
    """Collections of one batch that the customer takes back (OrgnlPmtInfAndRvsl)."""

    id: Annotated[str, At("RvslPmtInfId", max=35)] = ""
    original_id: Annotated[str, At("OrgnlPmtInfId", max=35)]
    whole: Annotated[bool | None, At("PmtInfRvsl")] = None
    reasons: Annotated[tuple[Reason, ...], At("RvslRsnInf")] = ()
    payments: Annotated[Many[ReversalOrder], At("TxInf")] = ()
    line: int = 0


class ReversalHeader(Struct, frozen=True, kw_only=True):
    """The group header of reversals."""

    id: Annotated[str, At("MsgId", max=35)]
    created_at: Annotated[datetime, At("CreDtTm")]
    count: Annotated[int, At("NbOfTxs")]
    control_sum: Annotated[Decimal | None, At("CtrlSum")] = None
    whole: Annotated[bool | None, At("GrpRvsl")] = None
    initiator: Annotated[Party | None, At("InitgPty")] = None
    line: int = 0


class ReversalOrders(Struct, frozen=True):
    """pain.007: collections that a customer takes back (CstmrPmtRvsl)."""

    header: Annotated[ReversalHeader, At("GrpHdr")]
    group: Annotated[OriginalMessage, At("OrgnlGrpInf")]
    batches: Annotated[tuple[ReversalBatch, ...], At("OrgnlPmtInfAndRvsl")] = ()
    line: int = 0


class Request(Struct, frozen=True, kw_only=True):
    """One payment that is asked for (CdtTrfTx of pain.013)."""

    id: Annotated[PaymentId, At("PmtId")]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    amount_may_change: Annotated[bool | None, At("PmtCond/AmtModAllwd!")] = None
    may_pay_early: Annotated[bool | None, At("PmtCond/EarlyPmtAllwd!")] = None
    guarantee_wanted: Annotated[bool | None, At("PmtCond/GrntedPmtReqd!")] = None
    amount: Annotated[Money, At("Amt/InstdAmt")]
    charge_bearer: Annotated[str, At("ChrgBr", codes=CHARGE_BEARERS)]
    ultimate_debtor: Annotated[Party | None, At("UltmtDbtr")] = None
    creditor_agent: Annotated[Agent, At("CdtrAgt")]
    creditor: Annotated[Party, At("Cdtr")]
    creditor_account: Annotated[Account | None, At("CdtrAcct")] = None
    ultimate_creditor: Annotated[Party | None, At("UltmtCdtr")] = None
    purpose: Annotated[Purpose | None, At("Purp")] = None
    remittance: Annotated[Remittance | None, At("RmtInf")] = None
    line: int = 0


class RequestBatch(Struct, frozen=True, kw_only=True):
    """Payments that one debtor is asked for (PmtInf of pain.013)."""

    id: Annotated[str, At("PmtInfId", max=35)] = ""
    method: Annotated[str, At("PmtMtd", codes=("CHK", "TRA", "TRF"))]
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    executed_on: Annotated[date | None, At("ReqdExctnDt/Dt", choice=True)] = None
    executed_at: Annotated[datetime | None, At("ReqdExctnDt/DtTm")] = None
    expires_on: Annotated[date | None, At("XpryDt/Dt", choice=True)] = None
    expires_at: Annotated[datetime | None, At("XpryDt/DtTm")] = None
    debtor: Annotated[Party, At("Dbtr")]
    debtor_account: Annotated[Account | None, At("DbtrAcct")] = None
    debtor_agent: Annotated[Agent, At("DbtrAgt")]
    ultimate_debtor: Annotated[Party | None, At("UltmtDbtr")] = None
    payments: Annotated[Many[Request], At("CdtTrfTx")]
    line: int = 0


class Requests(Struct, frozen=True):
    """pain.013: payments that somebody is asked for (CdtrPmtActvtnReq)."""

    header: Annotated[OrderHeader, At("GrpHdr")]
    batches: Annotated[Many[RequestBatch], At("PmtInf")]
    line: int = 0
