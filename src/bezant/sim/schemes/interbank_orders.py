"""What may stand in each message, in which order: the children of each element, by ISO 20022."""

from collections.abc import Iterator, Mapping

from bezant.kernel.errors import Problem
from bezant.sim.schemes.interbank_xml import Tree

_AGENTS = "PrvsInstgAgt1 InstgAgt InstdAgt IntrmyAgt1 IntrmyAgt2"
_ORIGINAL = "OrgnlGrpInf OrgnlInstrId OrgnlEndToEndId OrgnlTxId OrgnlUETR"

ORDER: Mapping[str, tuple[str, ...]] = {
    name: tuple(children.split())
    for name, children in {
        "AppHdr": "CharSet Fr To BizMsgIdr MsgDefIdr BizSvc MktPrctc CreDt BizPrcgDt CpyDplct "
        "PssblDplct Prty Sgntr Rltd",
        "GrpHdr": "MsgId CreDtTm BtchBookg NbOfTxs CtrlSum TtlIntrBkSttlmAmt IntrBkSttlmDt "
        "SttlmInf PmtTpInf InitgPty InstgAgt InstdAgt",
        "SttlmInf": "SttlmMtd SttlmAcct ClrSys",
        "PmtId": "InstrId EndToEndId TxId UETR ClrSysRef",
        "PmtTpInf": "InstrPrty ClrChanl SvcLvl LclInstrm CtgyPurp",
        "CdtTrfTxInf": "PmtId PmtTpInf IntrBkSttlmAmt IntrBkSttlmDt SttlmPrty SttlmTmIndctn "
        f"SttlmTmReq AccptncDtTm InstdAmt XchgRate ChrgBr ChrgsInf {_AGENTS} UltmtDbtr InitgPty "
        "Dbtr DbtrAcct DbtrAgt DbtrAgtAcct CdtrAgt CdtrAgtAcct Cdtr CdtrAcct UltmtCdtr "
        "InstrForCdtrAgt InstrForNxtAgt Purp RgltryRptg Tax RltdRmtInf RmtInf",
        "FinInstnId": "BICFI ClrSysMmbId LEI Nm PstlAdr Othr",
        "ClrSysMmbId": "ClrSysId MmbId",
        "PstlAdr": "AdrTp Dept SubDept StrtNm BldgNb BldgNm Flr PstBx Room PstCd TwnNm TwnLctnNm "
        "DstrctNm CtrySubDvsn Ctry AdrLine",
        "ChrgsInf": "Amt Agt Tp",
        "RmtInf": "Ustrd Strd",
        "RtrRsnInf": "Orgtr Rsn AddtlInf",
        "CxlRsnInf": "Orgtr Rsn AddtlInf",
        "CxlStsRsnInf": "Orgtr Rsn AddtlInf",
        "Assgnmt": "Id Assgnr Assgne CreDtTm",
        "FIToFIPmtCxlReq": "Assgnmt Case CtrlData Undrlyg",
        "RsltnOfInvstgtn": "Assgnmt RslvdCase Sts CxlDtls",
        "CxlDtls": "OrgnlGrpInfAndSts OrgnlPmtInfAndSts TxInfAndSts",
        "PmtInf": "PmtInfId PmtMtd ReqdAdvcTp PmtTpInf ReqdExctnDt XpryDt PmtCond Dbtr DbtrAcct "
        "DbtrAgt DbtrAgtAcct UltmtDbtr ChrgBr CdtTrfTx",
        "CdtTrfTx": "PmtId PmtTpInf PmtCond Amt ChrgBr MndtRltdInf ChqInstr UltmtDbtr IntrmyAgt1 "
        "CdtrAgt CdtrAgtAcct Cdtr CdtrAcct UltmtCdtr InstrForCdtrAgt Purp RgltryRptg Tax "
        "RltdRmtInf RmtInf",
    }.items()
}

TX_INF: Mapping[str, tuple[str, ...]] = {
    name: tuple(children.split())
    for name, children in {
        "pacs.004": f"RtrId {_ORIGINAL} OrgnlClrSysRef OrgnlIntrBkSttlmAmt OrgnlIntrBkSttlmDt "
        "PmtTpInf RtrdIntrBkSttlmAmt IntrBkSttlmDt SttlmPrty SttlmTmIndctn SttlmTmReq "
        "RtrdInstdAmt XchgRate CompstnAmt ChrgBr ChrgsInf ClrSysRef InstgAgt InstdAgt RtrChain "
        "RtrRsnInf OrgnlTxRef",
        "pacs.028": f"StsReqId {_ORIGINAL} AccptncDtTm ClrSysRef InstgAgt InstdAgt OrgnlTxRef",
        "camt.056": f"CxlId Case {_ORIGINAL} OrgnlClrSysRef OrgnlIntrBkSttlmAmt OrgnlIntrBkSttlmDt "
        "Assgnr Assgne CxlRsnInf OrgnlTxRef",
        "camt.029": "CxlStsId RslvdCase OrgnlGrpInf OrgnlInstrId OrgnlEndToEndId OrgnlTxId "
        "OrgnlClrSysRef OrgnlUETR TxCxlSts CxlStsRsnInf RsltnRltdInf OrgnlIntrBkSttlmAmt "
        "OrgnlIntrBkSttlmDt Assgnr Assgne OrgnlTxRef",
    }.items()
}
"""The transaction's element, `TxInf` or `TxInfAndSts`, whose children differ by message."""


def misplaced(tree: Tree, message: str) -> Iterator[Problem]:
    """Yield the elements that do not belong where they stand, or stand out of their order."""
    for element in tree.iter():
        name = str(element.tag)
        order = TX_INF.get(message) if name in {"TxInf", "TxInfAndSts"} else ORDER.get(name)
        if order is None:
            continue
        last = -1
        for child in element:
            tag = str(child.tag)
            if tag not in order:
                yield Problem(child.sourceline, name, f"{tag} has no place in {name}")
            elif order.index(tag) < last:
                yield Problem(child.sourceline, name, f"{tag} stands too late in {name}")
            else:
                last = order.index(tag)
