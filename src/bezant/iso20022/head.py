"""The header that travels with messages (head.001), and the system's own messages (admi)."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from bezant.iso20022.parties import Agent, Party
from bezant.iso20022.shape import At


class Header(Struct, frozen=True, kw_only=True):
    """head.001 (AppHdr): from whom, to whom, which message; read without insisting on any of it."""

    from_agent: Annotated[Agent | None, At("Fr/FIId", choice=True)] = None
    from_party: Annotated[Party | None, At("Fr/OrgId")] = None
    to_agent: Annotated[Agent | None, At("To/FIId", choice=True)] = None
    to_party: Annotated[Party | None, At("To/OrgId")] = None
    id: Annotated[str, At("BizMsgIdr", max=35)] = ""
    message: Annotated[str, At("MsgDefIdr", max=35)] = ""
    business_service: Annotated[str, At("BizSvc", max=35)] = ""
    practice_registry: Annotated[str, At("MktPrctc/Regy", max=350)] = ""
    practice: Annotated[str, At("MktPrctc/Id", max=2048)] = ""
    created_at: Annotated[datetime | None, At("CreDt")] = None
    copy: Annotated[str, At("CpyDplct", codes=("CODU", "COPY", "DUPL"))] = ""
    possible_duplicate: Annotated[bool | None, At("PssblDplct")] = None
    priority: Annotated[str, At("Prty", max=35)] = ""


class MessageReject(Struct, frozen=True):
    """admi.002: a message was refused before it was understood."""

    reference: Annotated[str, At("RltdRef/Ref", max=35)]
    code: Annotated[str, At("Rsn/RjctgPtyRsn", max=35)]
    rejected_at: Annotated[datetime | None, At("Rsn/RjctnDtTm")] = None
    location: Annotated[str, At("Rsn/ErrLctn", max=350)] = ""
    text: Annotated[str, At("Rsn/RsnDesc", max=350)] = ""
    data: Annotated[str, At("Rsn/AddtlData", max=20000)] = ""
    line: int = 0


class SystemEvent(Struct, frozen=True):
    """admi.004: a system tells that something happens (SysEvtNtfctn)."""

    code: Annotated[str, At("EvtInf/EvtCd", max=4)]
    parameters: Annotated[tuple[str, ...], At("EvtInf/EvtParam", max=35)] = ()
    text: Annotated[str, At("EvtInf/EvtDesc", max=1000)] = ""
    at: Annotated[datetime | None, At("EvtInf/EvtTm")] = None
    line: int = 0


class Receipt(Struct, frozen=True):
    """What a system says of one message (Rpt of admi.007)."""

    reference: Annotated[str, At("RltdRef/Ref", max=35)]
    message: Annotated[str, At("RltdRef/MsgNm", max=35)] = ""
    status: Annotated[str, At("ReqHdlg/StsCd", max=4)] = ""
    at: Annotated[datetime | None, At("ReqHdlg/StsDtTm")] = None
    text: Annotated[str, At("ReqHdlg/Desc", max=140)] = ""
    line: int = 0


class Receipts(Struct, frozen=True):
    """admi.007: messages came in (RctAck)."""

    id: Annotated[str, At("MsgId/MsgId", max=35)]
    reports: Annotated[tuple[Receipt, ...], At("Rpt")]
    created_at: Annotated[datetime | None, At("MsgId/CreDtTm")] = None
    line: int = 0
