"""Small bank files of every kind, made for the tests."""


def balance(code, amount, day):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


CAMT = (
    """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-05T20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-03-05T20:00:00Z</CreDtTm>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
"""
    + balance("OPBD", "100.00", "2026-03-04")
    + balance("CLBD", "135.00", "2026-03-05")
    + """<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-03-04</Dt></BookgDt><ValDt><Dt>2026-03-04</Dt></ValDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><AcctSvcrRef>B1</AcctSvcrRef><EndToEndId>E2E-1</EndToEndId>
<UETR>97ed4827-7b6f-4491-a06f-b548d5a7512d</UETR></Refs><Amt Ccy="EUR">20.00</Amt></TxDtls>
<TxDtls><Refs><AcctSvcrRef>B2</AcctSvcrRef></Refs><Amt Ccy="EUR">30.00</Amt></TxDtls></NtryDtls>
</Ntry>
<Ntry><Amt Ccy="EUR">15.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"""
    """<BookgDt><Dt>2026-03-05</Dt></BookgDt><ValDt><Dt>2026-03-06</Dt></ValDt>
<AcctSvcrRef>B3</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
</Ntry></Stmt></BkToCstmrStmt></Document>
"""
).encode()

MT940 = b"""\
:20:STARTUMS
:25:10020030/1234567
:28C:00049/001
:60F:C260302EUR1000,00
:61:2603020302CR250,00NTRFINV-7//BANKREF1
:86:/EREF/E2E-1/REMI/RECHNUNG 7
:61:2603030303DR50,00NMSCNONREF
:62F:C260303EUR1200,00
-
"""

MT942 = b"""\
:20:INTERIM
:25:PL29114010810000267002001002
:28C:1/1
:34F:PLN0
:13D:2601191815+0100
:61:2601190119CN0,03NTRFNONREF//A1
:90D:0PLN0,00
:90C:1PLN0,03
-
"""

BAI2 = b"""\
01,121000248,BEZANT,260304,2300,1,80,,2/
02,BEZANT,121000248,1,260304,,USD,2/
03,000111222333,USD,010,10000,,,015,12500,,/
16,195,2500,0,W0001,,WIRE/
49,25000,3/
98,25000,1,5/
99,25000,1,7/
"""

HEAD = (
    "<ReqdExctnDt><Dt>2026-03-06</Dt></ReqdExctnDt><Dbtr><Nm>US</Nm></Dbtr>"
    "<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>"
    "<DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt>"
)


def _transfer(number, amount):
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>E2E-{number}</EndToEndId></PmtId><Amt>"
        f"<InstdAmt Ccy='EUR'>{amount}</InstdAmt></Amt><Cdtr><Nm>THEM</Nm></Cdtr></CdtTrfTxInf>"
    )


def _batch(number, transfers, count):
    return (
        f"<PmtInf><PmtInfId>P{number}</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{count}</NbOfTxs>"
        f"{HEAD}{transfers}</PmtInf>"
    )


PAIN_001 = (
    '<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">'
    "<CstmrCdtTrfInitn><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-05T10:00:00Z</CreDtTm>"
    "<NbOfTxs>3</NbOfTxs><CtrlSum>6.00</CtrlSum><InitgPty><Nm>US</Nm></InitgPty></GrpHdr>"
    + _batch(1, _transfer(1, "1.00") + _transfer(2, "2.00"), 2)
    + _batch(2, _transfer(3, "3.00"), 1)
    + "</CstmrCdtTrfInitn></Document>"
).encode()

PAIN_002 = b"""\
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-03-05T12:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>
</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>
<StsRsnInf><Rsn><Cd>NARR</Cd></Rsn></StsRsnInf>
<TxInfAndSts><OrgnlEndToEndId>E2E-1</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>
"""

CARD = (
    b"0200" + b"7020000000008000" + b"16" + b"4242424242424242" + b"000000" + b"000000005000"
    + b"000001" + b"840"
)  # fmt: skip
