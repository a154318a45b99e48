"""Investigations (camt.055, 056 and 029): payments that are asked back, and the answers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Struct

from bezant.iso20022.parties import (
    OriginalMessage,
    OriginalPayment,
    Reason,
    Somebody,
)
from bezant.iso20022.shape import At
from bezant.kernel.money import Money


class Assignment(Struct, frozen=True):
    """Who asks whom, and when (CaseAssignment)."""

    id: Annotated[str, At("Id", max=35)]
    assigner: Annotated[Somebody, At("Assgnr")]
    assignee: Annotated[Somebody, At("Assgne")]
    created_at: Annotated[datetime, At("CreDtTm")]


class Case(Struct, frozen=True):
    """The case that an investigation belongs to."""

    id: Annotated[str, At("Id", max=35)]
    creator: Annotated[Somebody, At("Cretr")]


class Recall(Struct, frozen=True, kw_only=True):
    """One payment that is asked back (TxInf of camt.055 and camt.056)."""

    id: Annotated[str, At("CxlId", max=35)] = ""
    case: Annotated[Case | None, At("Case")] = None
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    payment: Annotated[str, At("OrgnlTxId", max=35)] = ""
    uetr: Annotated[str, At("OrgnlUETR", max=36)] = ""
    clearing_reference: Annotated[str, At("OrgnlClrSysRef", max=35)] = ""
    instructed: Annotated[Money | None, At("OrgnlInstdAmt")] = None
    amount: Annotated[Money | None, At("OrgnlIntrBkSttlmAmt")] = None
    settled_on: Annotated[date | None, At("OrgnlIntrBkSttlmDt")] = None
    executed_on: Annotated[
        date | None, At("OrgnlReqdExctnDt/Dt", old="OrgnlReqdExctnDt", choice=True)
    ] = None
    collected_on: Annotated[date | None, At("OrgnlReqdColltnDt")] = None
    reasons: Annotated[tuple[Reason, ...], At("CxlRsnInf")] = ()
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class RecallBatch(Struct, frozen=True, kw_only=True):
    """Payments of one ordered batch that are asked back (OrgnlPmtInfAndCxl)."""

    id: Annotated[str, At("OrgnlPmtInfId", max=35)]
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    payments: Annotated[tuple[Recall, ...], At("TxInf")] = ()


class Underlying(Struct, frozen=True):
    """The payments that a recall is about."""

    batches: Annotated[tuple[RecallBatch, ...], At("OrgnlPmtInfAndCxl")] = ()
    payments: Annotated[tuple[Recall, ...], At("TxInf")] = ()


class Recalls(Struct, frozen=True, kw_only=True):
    """camt.056 (FIToFIPmtCxlReq) and camt.055 (CstmrPmtCxlReq): payments that are asked back."""

    assignment: Annotated[Assignment, At("Assgnmt")]
    case: Annotated[Case | None, At("Case")] = None
    count: Annotated[int | None, At("CtrlData/NbOfTxs")] = None
    control_sum: Annotated[Decimal | None, At("CtrlData/CtrlSum")] = None
    underlying: Annotated[tuple[Underlying, ...], At("Undrlyg")]
    line: int = 0

    @property
    def payments(self) -> tuple[Recall, ...]:
        """The payments, wherever they stand."""
        batches = (batch for part in self.underlying for batch in part.batches)
        inside = [payment for batch in batches for payment in batch.payments]
        return (*inside, *(payment for part in self.underlying for payment in part.payments))


class Resolution(Struct, frozen=True, kw_only=True):
    """What is answered about one payment (TxInfAndSts of camt.029)."""

    id: Annotated[str, At("CxlStsId", max=35)] = ""
    case: Annotated[Case | None, At("RslvdCase")] = None
    message: Annotated[OriginalMessage | None, At("OrgnlGrpInf")] = None
    instruction: Annotated[str, At("OrgnlInstrId", max=35)] = ""
    end_to_end: Annotated[str, At("OrgnlEndToEndId", max=35)] = ""
    payment: Annotated[str, At("OrgnlTxId", max=35)] = ""
    clearing_reference: Annotated[str, At("OrgnlClrSysRef", max=35)] = ""
    uetr: Annotated[str, At("OrgnlUETR", max=36)] = ""
    status: Annotated[str, At("TxCxlSts", max=4)] = ""
    reasons: Annotated[tuple[Reason, ...], At("CxlStsRsnInf")] = ()
    paid_back: Annotated[Money | None, At("RsltnRltdInf/IntrBkSttlmAmt")] = None
    paid_back_on: Annotated[date | None, At("RsltnRltdInf/IntrBkSttlmDt")] = None
    amount: Annotated[Money | None, At("OrgnlIntrBkSttlmAmt")] = None
    settled_on: Annotated[date | None, At("OrgnlIntrBkSttlmDt")] = None
    original: Annotated[OriginalPayment | None, At("OrgnlTxRef")] = None
    line: int = 0


class ResolutionBatch(Struct, frozen=True):
    """What is answered about payments of one ordered batch (OrgnlPmtInfAndSts)."""

    id: Annotated[str, At("OrgnlPmtInfId", max=35)]
    status: Annotated[str, At("PmtInfCxlSts", max=4)] = ""
    payments: Annotated[tuple[Resolution, ...], At("TxInfAndSts")] = ()


class ResolutionDetails(Struct, frozen=True):
    """What is answered about the payments of a recall (CxlDtls)."""

    batches: Annotated[tuple[ResolutionBatch, ...], At("OrgnlPmtInfAndSts")] = ()
    payments: Annotated[tuple[Resolution, ...], At("TxInfAndSts")] = ()


class Resolutions(Struct, frozen=True, kw_only=True):
    """camt.029: what came of an investigation (RsltnOfInvstgtn)."""

    assignment: Annotated[Assignment, At("Assgnmt")]
    case: Annotated[Case | None, At("RslvdCase")] = None
    status: Annotated[str, At("Sts/Conf", max=4)] = ""
    details: Annotated[tuple[ResolutionDetails, ...], At("CxlDtls")] = ()
    line: int = 0

    @property
    def payments(self) -> tuple[Resolution, ...]:
        """The payments, wherever they stand."""
        batches = (batch for part in self.details for batch in part.batches)
        inside = [payment for batch in batches for payment in batch.payments]
        return (*inside, *(payment for part in self.details for payment in part.payments))
