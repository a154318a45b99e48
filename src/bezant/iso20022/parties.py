"""What all messages share: parties, agents, accounts, addresses, reasons, remittance."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Struct

from bezant.iso20022.shape import At
from bezant.kernel.money import Money

IBAN = "[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}"
BIC = "[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"
LEI = "[A-Z0-9]{18}[0-9]{2}"
UETR = "[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}"
COUNTRY = "[A-Z]{2}"
EXTERNAL = 4
"""Characters of an external code."""

Many = Iterable
"""Elements that may be very many: read as a tuple, written from anything that yields them."""


class Address(Struct, frozen=True):
    """A postal address (PostalAddress), structured or in lines."""

    department: Annotated[str, At("Dept", max=70)] = ""
    sub_department: Annotated[str, At("SubDept", max=70)] = ""
    street: Annotated[str, At("StrtNm", max=140)] = ""
    building: Annotated[str, At("BldgNb", max=16)] = ""
    building_name: Annotated[str, At("BldgNm", max=140)] = ""
    floor: Annotated[str, At("Flr", max=70)] = ""
    post_box: Annotated[str, At("PstBx", max=16)] = ""
    room: Annotated[str, At("Room", max=70)] = ""
    postal_code: Annotated[str, At("PstCd", max=16)] = ""
    town: Annotated[str, At("TwnNm", max=140)] = ""
    location: Annotated[str, At("TwnLctnNm", max=35)] = ""
    district: Annotated[str, At("DstrctNm", max=35)] = ""
    state: Annotated[str, At("CtrySubDvsn", max=35)] = ""
    country: Annotated[str, At("Ctry", pattern=COUNTRY)] = ""
    lines: Annotated[tuple[str, ...], At("AdrLine", max=70, most=7)] = ()


class OtherId(Struct, frozen=True):
    """An identification that is no BIC or LEI, and what scheme it belongs to."""

    id: Annotated[str, At("Id", max=35)]
    scheme: Annotated[str, At("SchmeNm/Cd", max=EXTERNAL, choice=True)] = ""
    own_scheme: Annotated[str, At("SchmeNm/Prtry", max=35)] = ""
    issuer: Annotated[str, At("Issr", max=35)] = ""


class Party(Struct, frozen=True):
    """A party (PartyIdentification): whoever pays, is paid, asks or decides."""

    name: Annotated[str, At("Nm", max=140)] = ""
    address: Annotated[Address | None, At("PstlAdr")] = None
    bic: Annotated[str, At("Id/OrgId/AnyBIC", pattern=BIC, old="Id/OrgId/BICOrBEI")] = ""
    lei: Annotated[str, At("Id/OrgId/LEI", pattern=LEI)] = ""
    organisation_ids: Annotated[tuple[OtherId, ...], At("Id/OrgId/Othr")] = ()
    private_ids: Annotated[tuple[OtherId, ...], At("Id/PrvtId/Othr")] = ()
    country: Annotated[str, At("CtryOfRes", pattern=COUNTRY)] = ""

    @property
    def ids(self) -> tuple[OtherId, ...]:
        """The identifications that are no BIC or LEI, an organisation's or a person's."""
        return self.organisation_ids or self.private_ids


class Agent(Struct, frozen=True):
    """A bank (BranchAndFinancialInstitutionIdentification), by BIC or member number."""

    bic: Annotated[str, At("FinInstnId/BICFI", pattern=BIC, old="FinInstnId/BIC")] = ""
    clearing: Annotated[str, At("FinInstnId/ClrSysMmbId/ClrSysId/Cd", max=5, choice=True)] = ""
    own_clearing: Annotated[str, At("FinInstnId/ClrSysMmbId/ClrSysId/Prtry", max=35)] = ""
    member: Annotated[str, At("FinInstnId/ClrSysMmbId/MmbId!", max=35)] = ""
    lei: Annotated[str, At("FinInstnId/LEI", pattern=LEI)] = ""
    name: Annotated[str, At("FinInstnId/Nm", max=140)] = ""
    address: Annotated[Address | None, At("FinInstnId/PstlAdr")] = None
    other: Annotated[OtherId | None, At("FinInstnId/Othr")] = None
    branch: Annotated[str, At("BrnchId/Id", max=35)] = ""

    @property
    def id(self) -> str:
        """The bank's number, whichever kind it has."""
        return self.bic or self.member or (self.other.id if self.other else "")


class Account(Struct, frozen=True):
    """An account (CashAccount), by IBAN or by another number."""

    iban: Annotated[str, At("Id/IBAN", pattern=IBAN, choice=True)] = ""
    other: Annotated[str, At("Id/Othr/Id!", max=34)] = ""
    scheme: Annotated[str, At("Id/Othr/SchmeNm/Cd", max=EXTERNAL, choice=True)] = ""
    own_scheme: Annotated[str, At("Id/Othr/SchmeNm/Prtry", max=35)] = ""
    issuer: Annotated[str, At("Id/Othr/Issr", max=35)] = ""
    type: Annotated[str, At("Tp/Cd", max=EXTERNAL, choice=True)] = ""
    own_type: Annotated[str, At("Tp/Prtry", max=35)] = ""
    currency: Annotated[str, At("Ccy", pattern="[A-Z]{3}")] = ""
    name: Annotated[str, At("Nm", max=70)] = ""
    proxy_type: Annotated[str, At("Prxy/Tp/Cd", max=EXTERNAL, choice=True)] = ""
    own_proxy_type: Annotated[str, At("Prxy/Tp/Prtry", max=35)] = ""
    proxy: Annotated[str, At("Prxy/Id!", max=2048)] = ""

    @property
    def number(self) -> str:
        """The account's number, whichever kind it has."""
        return self.iban or self.other


class PaymentType(Struct, frozen=True):
    """What kind of payment it is (PaymentTypeInformation)."""

    priority: Annotated[str, At("InstrPrty", codes=("HIGH", "NORM"))] = ""
    channel: Annotated[str, At("ClrChanl", codes=("RTGS", "RTNS", "MPNS", "BOOK"))] = ""
    levels: Annotated[tuple["ServiceLevel", ...], At("SvcLvl")] = ()
    instrument: Annotated[str, At("LclInstrm/Cd", max=35, choice=True)] = ""
    own_instrument: Annotated[str, At("LclInstrm/Prtry", max=35)] = ""
    sequence: Annotated[str, At("SeqTp", codes=("FRST", "RCUR", "FNAL", "OOFF", "RPRE"))] = ""
    purpose: Annotated[str, At("CtgyPurp/Cd", max=EXTERNAL, choice=True)] = ""
    own_purpose: Annotated[str, At("CtgyPurp/Prtry", max=35)] = ""

    @property
    def level(self) -> str:
        """The first service level."""
        return next((level.code or level.own for level in self.levels), "")


class ServiceLevel(Struct, frozen=True):
    """What was agreed about a payment's service."""

    code: Annotated[str, At("Cd", max=EXTERNAL)] = ""
    own: Annotated[str, At("Prtry", max=35)] = ""


class Remittance(Struct, frozen=True):
    """What a payment is for (RemittanceInformation): free text, or structured references."""

    texts: Annotated[tuple[str, ...], At("Ustrd", max=140)] = ()
    references: Annotated[tuple["CreditorReference", ...], At("Strd")] = ()

    @property
    def text(self) -> str:
        """All of it as one text; a reference where there is no text."""
        parts = self.texts or tuple(item.reference for item in self.references if item.reference)
        return " ".join(parts)


class CreditorReference(Struct, frozen=True):
    """A creditor's reference, such as ISO 11649 (RF), in structured remittance."""

    type: Annotated[str, At("CdtrRefInf/Tp/CdOrPrtry/Cd", codes=(
        "DISP", "FXDR", "PUOR", "RADM", "RPIN", "SCOR"), choice=True)] = ""  # fmt: skip
    own_type: Annotated[str, At("CdtrRefInf/Tp/CdOrPrtry/Prtry", max=35)] = ""
    issuer: Annotated[str, At("CdtrRefInf/Tp/Issr", max=35)] = ""
    reference: Annotated[str, At("CdtrRefInf/Ref", max=35)] = ""
    additional: Annotated[tuple[str, ...], At("AddtlRmtInf", max=140, most=3)] = ()


class Reason(Struct, frozen=True):
    """Why something is as it is: who says so, a code, and more in words."""

    originator: Annotated[Party | None, At("Orgtr")] = None
    code: Annotated[str, At("Rsn/Cd", max=EXTERNAL, choice=True)] = ""
    own_code: Annotated[str, At("Rsn/Prtry", max=35)] = ""
    texts: Annotated[tuple[str, ...], At("AddtlInf", max=105)] = ()

    @property
    def text(self) -> str:
        """What is added in words."""
        return " ".join(self.texts)


class PaymentId(Struct, frozen=True):
    """A payment's names (PaymentIdentification)."""

    instruction: Annotated[str, At("InstrId", max=35)] = ""
    end_to_end: Annotated[str, At("EndToEndId", max=35)] = ""
    payment: Annotated[str, At("TxId", max=35)] = ""
    uetr: Annotated[str, At("UETR", pattern=UETR)] = ""
    clearing_reference: Annotated[str, At("ClrSysRef", max=35)] = ""


class Somebody(Struct, frozen=True):
    """Who takes part in an investigation: a party or a bank, or a bare name in old versions."""

    party: Annotated[Party | None, At("Pty", choice=True)] = None
    agent: Annotated[Agent | None, At("Agt")] = None
    old_name: Annotated[str, At("Nm", max=140)] = ""

    @property
    def name(self) -> str:
        """The name, wherever it stands."""
        return self.old_name or (self.party.name if self.party else "")


class OriginalMessage(Struct, frozen=True):
    """The message that another is about (OriginalGroupInformation)."""

    id: Annotated[str, At("OrgnlMsgId", max=35)]
    name: Annotated[str, At("OrgnlMsgNmId", max=35)] = ""
    created_at: Annotated[datetime | None, At("OrgnlCreDtTm")] = None


class OriginalGroup(Struct, frozen=True):
    """What became of a whole message (OrgnlGrpInfAndSts)."""

    id: Annotated[str, At("OrgnlMsgId", max=35)]
    name: Annotated[str, At("OrgnlMsgNmId", max=35)] = ""
    created_at: Annotated[datetime | None, At("OrgnlCreDtTm")] = None
    count: Annotated[int | None, At("OrgnlNbOfTxs")] = None
    control_sum: Annotated[Decimal | None, At("OrgnlCtrlSum")] = None
    status: Annotated[str, At("GrpSts", max=EXTERNAL)] = ""
    reasons: Annotated[tuple[Reason, ...], At("StsRsnInf")] = ()
    line: int = 0


class Settlement(Struct, frozen=True):
    """How banks settle among themselves (SettlementInstruction)."""

    method: Annotated[str, At("SttlmMtd", codes=("CLRG", "COVE", "INDA", "INGA"))]
    account: Annotated[Account | None, At("SttlmAcct")] = None
    clearing: Annotated[str, At("ClrSys/Cd", max=5, choice=True)] = ""
    own_clearing: Annotated[str, At("ClrSys/Prtry", max=35)] = ""


class Charges(Struct, frozen=True):
    """What a bank took on the way."""

    amount: Annotated[Money, At("Amt")]
    agent: Annotated[Agent | None, At("Agt", old="Pty")] = None


class Purpose(Struct, frozen=True):
    """Why a payment is made, by a code or in a scheme's own words."""

    code: Annotated[str, At("Cd", max=EXTERNAL, choice=True)] = ""
    own: Annotated[str, At("Prtry", max=35)] = ""


class Mandate(Struct, frozen=True):
    """What entitles somebody to collect (MandateRelatedInformation), and what of it has changed."""

    id: Annotated[str, At("MndtId", max=35)] = ""
    signed_on: Annotated[date | None, At("DtOfSgntr")] = None
    amended: Annotated[bool | None, At("AmdmntInd")] = None
    original_id: Annotated[str, At("AmdmntInfDtls/OrgnlMndtId", max=35)] = ""
    original_creditor: Annotated[Party | None, At("AmdmntInfDtls/OrgnlCdtrSchmeId")] = None
    original_account: Annotated[Account | None, At("AmdmntInfDtls/OrgnlDbtrAcct")] = None
    original_agent: Annotated[Agent | None, At("AmdmntInfDtls/OrgnlDbtrAgt")] = None


class OriginalPayment(Struct, frozen=True):
    """The payment that a message is about, as it was ordered (OriginalTransactionReference)."""

    amount: Annotated[Money | None, At("IntrBkSttlmAmt")] = None
    instructed: Annotated[Money | None, At("Amt/InstdAmt")] = None
    settled_on: Annotated[date | None, At("IntrBkSttlmDt")] = None
    collected_on: Annotated[date | None, At("ReqdColltnDt")] = None
    executed_on: Annotated[date | None, At("ReqdExctnDt/Dt", old="ReqdExctnDt")] = None
    creditor_id: Annotated[Party | None, At("CdtrSchmeId")] = None
    type: Annotated[PaymentType | None, At("PmtTpInf")] = None
    mandate: Annotated[Mandate | None, At("MndtRltdInf")] = None
    remittance: Annotated[Remittance | None, At("RmtInf")] = None
    debtor: Annotated[Somebody | None, At("Dbtr")] = None
    debtor_account: Annotated[Account | None, At("DbtrAcct")] = None
    debtor_agent: Annotated[Agent | None, At("DbtrAgt")] = None
    creditor_agent: Annotated[Agent | None, At("CdtrAgt")] = None
    creditor: Annotated[Somebody | None, At("Cdtr")] = None
    creditor_account: Annotated[Account | None, At("CdtrAcct")] = None
