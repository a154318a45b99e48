"""camt.053 statements: what banks write, what is tolerated, and every way to be wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.reconcile.camt import read_camt053
from bezant.reconcile.statement import Statement, ties_out
from tests.rails.steps import steps_of

ENTRIES = """\
<Ntry><NtryRef>1</NtryRef><Amt Ccy="USD">4000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-04</Dt></BookgDt><ValDt><Dt>2026-03-04</Dt></ValDt>
<AcctSvcrRef>W0001</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>TOPUP 42</EndToEndId></Refs>
<RmtInf><Ustrd>WIRE FROM</Ustrd><Ustrd>ACME</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><NtryRef>2</NtryRef><Amt Ccy="USD">120.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<Sts>BOOK</Sts><BookgDt><DtTm>2026-03-04T18:00:00-05:00</DtTm></BookgDt>
<AcctSvcrRef>B0001</AcctSvcrRef>
<BkTxCd><Prtry><Cd>466</Cd><Issr>BAI</Issr></Prtry></BkTxCd>
<NtryDtls><Btch><PmtInfId>BZ000001</PmtInfId></Btch></NtryDtls>
<AddtlNtryInf>ACH FILE</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="USD">62.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-04</Dt></BookgDt>
<AcctSvcrRef>B0002</AcctSvcrRef>
<NtryDtls>
<TxDtls><Refs><AcctSvcrRef>B0002-1</AcctSvcrRef><EndToEndId>021000020000001</EndToEndId></Refs>
<Amt Ccy="USD">60</Amt></TxDtls>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId><InstrId>021000020000002</InstrId></Refs>
<AmtDtls><TxAmt><Amt Ccy="USD">2.5</Amt></TxAmt></AmtDtls></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
<BookgDt><Dt>2026-03-04</Dt></BookgDt></Ntry>
<Ntry><Amt Ccy="USD">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>INFO</Cd></Sts>
<BookgDt><Dt>2026-03-04</Dt></BookgDt></Ntry>
"""


def balance(code, amount, *, side="CRDT", currency="USD", day="2026-03-04"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


OPENING, CLOSING = balance("OPBD", "10000.00"), balance("CLBD", "13942.50")
HEAD = (
    "<Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb><CreDtTm>2026-03-05T01:00:00Z</CreDtTm>\n"
    "<Acct><Id><Othr><Id>000111222333</Id></Othr></Id><Ccy>USD</Ccy></Acct>\n"
)
SUMMARY = (
    "<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><Sum>4182.50</Sum></TtlNtries>"
    "<TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>4062.5</Sum></TtlCdtNtries>"
    "<TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>120</Sum></TtlDbtNtries></TxsSummry>\n"
)
BODY = HEAD + OPENING + CLOSING + SUMMARY + ENTRIES


def document(*bodies, version="08"):
    statements = "".join(f"<Stmt>\n{body}</Stmt>\n" for body in bodies)
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">\n'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\n{statements}</BkToCstmrStmt>\n"
        "</Document>\n"
    ).encode()


def entry(amount="1.00", *, currency="USD", side="CRDT", rest=""):
    return (
        f"<Ntry><Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-04</Dt></BookgDt>{rest}</Ntry>"
    )


def detail(amount, rest="", currency="USD"):
    return f"<TxDtls><Amt Ccy='{currency}'>{amount}</Amt>{rest}</TxDtls>"


def read_one(*parts):
    (statement,) = read_camt053(document(HEAD + "".join(parts)))
    return statement


def refusal(data):
    with pytest.raises(FileRefused) as refused:
        read_camt053(data)
    return refused.value.problems


def test_a_statement():
    (said,) = read_camt053(document(BODY))
    assert (said.account, said.currency, said.id, said.sequence) == (
        ("000111222333", "usd", "S1", "7")
    )
    assert said.opening == Money(1_000_000, "usd")
    assert said.closing == Money(1_394_250, "usd")
    assert ties_out(said) == Money(0, "usd")
    assert said.from_date == said.to_date == date(2026, 3, 4)
    assert said.warnings == ()


def test_the_lines_of_a_statement():
    (said,) = read_camt053(document(BODY))
    wire, offset, first, second = said.lines
    assert (wire.signed, wire.code) == (Money(400_000, "usd"), "PMNT.RCDT.DMCT")
    assert (wire.bank_reference, wire.customer_reference) == ("W0001", "TOPUP 42")
    assert (wire.description, wire.value_date) == ("WIRE FROM ACME", date(2026, 3, 4))
    assert (offset.signed, offset.code) == (Money(-12_000, "usd"), "466")
    assert (offset.bank_reference, offset.customer_reference) == ("B0001", "BZ000001")
    assert (offset.description, offset.booking_date) == ("ACH FILE", date(2026, 3, 4))
    assert (first.signed, second.signed) == (Money(6_000, "usd"), Money(250, "usd"))
    assert (first.bank_reference, second.bank_reference) == ("B0002-1", "B0002")
    assert first.customer_reference == "021000020000001"
    assert second.customer_reference == "021000020000002"
    assert first.reversal
    assert not wire.reversal
    assert [line.signed for line in said.pending] == [Money(-500, "usd")]


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "10", "11", "12", "13"])
def test_every_version_is_read_alike(version):
    (said,) = read_camt053(document(BODY, version=version))
    assert len(said.lines) == 4


def test_prefixes_and_envelopes_do_not_matter():
    plain = document(BODY).decode()
    envelope = plain.replace("<Document ", "<Envelope><AppHdr/><Document ").replace(
        "</Document>", "</Document></Envelope>"
    )
    prefixed = plain.replace("xmlns=", "xmlns:c=").replace("</", "</c:").replace("<", "<c:")
    prefixed = prefixed.replace("<c:/c:", "</c:").replace("<c:?", "<?")
    assert read_camt053(envelope.encode()) == read_camt053(prefixed.encode())
    assert read_camt053(prefixed.encode()) == read_camt053(document(BODY))


def test_several_statements_of_a_file():
    other = BODY.replace("S1", "S2").replace("000111222333", "000999")
    assert [said.account for said in read_camt053(document(BODY, other))] == [
        "000111222333",
        "000999",
    ]


def test_each_currency_of_an_account_is_a_statement_of_its_own():
    body = (
        HEAD
        + balance("OPBD", "1.00")
        + balance("CLBD", "2.00")
        + balance("OPBD", "500", currency="JPY")
        + balance("CLBD", "400", currency="JPY")
        + entry("1.00")
        + entry("100", currency="JPY", side="DBIT")
    )
    dollars, yen = read_camt053(document(body))
    assert (dollars.currency, ties_out(dollars)) == ("usd", Money(0, "usd"))
    assert (yen.currency, ties_out(yen)) == ("jpy", Money(0, "jpy"))
    assert yen.lines[0].signed == Money(-100, "jpy")


@pytest.mark.parametrize(
    ("balances", "opening", "closing"),
    [
        ("", None, None),
        (balance("PRCD", "7.00"), 700, None),
        (balance("OPBD", "5.00") + balance("PRCD", "7.00"), 500, None),
        (balance("OPBD", "5.00", side="DBIT"), -500, None),
        (balance("CLBD", "3.00") + balance("CLAV", "9.00"), None, 300),
        (balance("OPBD", "5.00") + balance("OPBD", "5.00"), 500, None),
        (balance("ITBD", "5.00"), None, None),
    ],
)
def test_balances(balances, opening, closing):
    said = read_one(balances, entry())
    assert said.opening == (None if opening is None else Money(opening, "usd"))
    assert said.closing == (None if closing is None else Money(closing, "usd"))


def test_a_statement_without_entries():
    said = read_one(balance("OPBD", "5.00"), balance("CLBD", "5.00"))
    assert said.lines == ()
    assert ties_out(said) == Money(0, "usd")
    nothing = read_one()
    assert (nothing.currency, nothing.opening) == ("usd", None)
    assert nothing.to_date == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1.00", "USD", 100),
        ("1", "USD", 100),
        ("1.", "USD", 100),
        (".5", "USD", 50),
        ("+1.5", "USD", 150),
        ("8.850", "EUR", 885),
        ("0.00", "USD", 0),
        ("1234", "JPY", 1234),
        ("1234.00", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("7", "ISK", 700),
        ("  3.10 ", "USD", 310),
        ("12<!-- a comment -->.34", "USD", 1234),
        ("90071992547409.93", "USD", 9007199254740993),
        ("000000000000000001", "USD", 100),
    ],
)
def test_amounts_are_exact(text, currency, amount):
    (line,) = read_one(entry(text, currency=currency)).lines
    assert line.amount == Money(amount, currency.lower())


@pytest.mark.parametrize(
    "text",
    ["", ".", "-1.00", "12..34", "1,00", "1e2", "1.001", "NaN", "INF", "0x1", "٤", "1 0",
     "9" * 19, "1" * 18, "9" * 5000],
)  # fmt: skip
def test_what_is_no_amount(text):
    (problem,) = refusal(document(HEAD + entry() + entry(text)))
    assert problem.path == "/Document/BkToCstmrStmt/Stmt/Ntry[2]/Amt"
    assert problem.line


@pytest.mark.parametrize(
    ("details", "signed"),
    [
        ("", [1000]),
        ("<Btch><NbOfTxs>3</NbOfTxs></Btch>", [1000]),
        (detail("999.00"), [1000]),
        (detail("7.00") + detail("3.00"), [700, 300]),
        (detail("12.00") + detail("2.00", "<CdtDbtInd>DBIT</CdtDbtInd>"), [1200, -200]),
        (detail("7.00") + detail("2.00"), [1000]),
        (detail("7.00") + detail("3.00", currency="EUR"), [1000]),
        (detail("10.00") + "<TxDtls></TxDtls>", [1000]),
        (detail("7.00") + "</NtryDtls><NtryDtls>" + detail("3.00"), [700, 300]),
    ],
)
def test_an_entry_is_taken_apart_when_its_details_add_up(details, signed):
    said = read_one(entry("10.00", rest=f"<NtryDtls>{details}</NtryDtls>"))
    assert [line.signed.amount for line in said.lines] == signed
    whole = len(signed) == 1 and details.count("<TxDtls>") > 1
    assert bool(said.warnings) == whole


def test_details_of_a_debit_are_debits():
    rest = f"<NtryDtls>{detail('1.00')}{detail('2.00')}</NtryDtls>"
    said = read_one(entry("3.00", side="DBIT", rest=rest))
    assert [line.signed.amount for line in said.lines] == [-100, -200]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("<FrDtTm>2026-03-01T00:00:00</FrDtTm><ToDtTm>2026-03-04T23:59:59.999</ToDtTm>", 1, 4),
        ("<FrDtTm>2026-03-02</FrDtTm><ToDtTm>2026-03-03Z</ToDtTm>", 2, 3),
    ],
)
def test_the_period_of_a_statement(period, first, last):
    said = read_one(f"<FrToDt>{period}</FrToDt>", entry())
    assert (said.from_date, said.to_date) == (date(2026, 3, first), date(2026, 3, last))


def test_a_booking_without_a_date_is_of_its_value_date_or_the_statements():
    bare = "<Ntry><Amt Ccy='USD'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>{}</Ntry>"
    valued = bare.format("<ValDt><Dt>2026-03-02</Dt></ValDt>")
    assert read_one(valued).lines[0].booking_date == date(2026, 3, 2)
    assert read_one(bare.format("")).lines[0].booking_date == date(2026, 3, 5)


def test_a_summary_may_count_pending_entries():
    everything = SUMMARY.replace(">3<", ">5<").replace("4182.50", "4196.50")
    everything = everything.replace("<NbOfNtries>1<", "<NbOfNtries>3<").replace(">120<", ">134<")
    assert read_camt053(document(BODY.replace(SUMMARY, everything)))


STMT = "/Document/BkToCstmrStmt/Stmt"
WRONG = {
    "no statement": (document(), "/Document/BkToCstmrStmt", "there is no statement"),
    "another message": (b"<Document><pain/></Document>", "/Document", "not a camt message"),
    "no id": (document(BODY.replace("<Id>S1</Id>", "")), STMT, "a statement without Id"),
    "statement twice": (document(BODY, BODY), f"{STMT}[2]", "statement S1 stands twice"),
    "no account": (document(BODY.replace("Othr", "X")), STMT, "the account has no number"),
    "no currency": (
        document(HEAD.replace("<Ccy>USD</Ccy>", "")),
        STMT,
        "nor a currency of the account",
    ),
    "unknown currency": (
        document(HEAD + entry(currency="ZZZ")),
        f"{STMT}/Ntry/Amt",
        "'1.00' ZZZ",
    ),
    "currency left out": (
        document(HEAD + entry().replace(" Ccy='USD'", "")),
        f"{STMT}/Ntry/Amt",
        "'1.00' :",
    ),
    "no amount": (
        document(HEAD + entry().replace("Amt", "Amount")),
        f"{STMT}/Ntry",
        "Amt is missing",
    ),
    "no direction": (
        document(HEAD + entry().replace("CdtDbtInd", "X")),
        f"{STMT}/Ntry",
        "CdtDbtInd is missing",
    ),
    "direction": (
        document(HEAD + entry(side="BOTH")),
        f"{STMT}/Ntry/CdtDbtInd",
        "'BOTH' is neither CRDT nor DBIT",
    ),
    "status": (
        document(HEAD + entry().replace("BOOK", "MAYBE")),
        f"{STMT}/Ntry",
        "status 'MAYBE' is not known",
    ),
    "30 February": (
        document(HEAD + entry().replace("2026-03-04", "2026-02-30")),
        f"{STMT}/Ntry/BookgDt/Dt",
        "'2026-02-30' is no date",
    ),
    "a date of another kind": (
        document(HEAD + entry().replace("2026-03-04", "04.03.2026")),
        f"{STMT}/Ntry/BookgDt/Dt",
        "is no date",
    ),
    "no date": (
        document(HEAD.replace("CreDtTm", "X") + entry().replace("BookgDt", "X")),
        f"{STMT}/Ntry",
        "the entry has no booking date",
    ),
    "no date at all": (
        document(HEAD.replace("CreDtTm", "X")),
        STMT,
        "the statement has no date",
    ),
    "two opening balances": (
        document(HEAD + OPENING + balance("OPBD", "1.00")),
        f"{STMT}/Bal[2]",
        "balance OPBD stands twice",
    ),
    "doubled entry": (
        document(BODY + entry()),
        f"{STMT}/TxsSummry/TtlNtries",
        "the summary is not what the entries make",
    ),
    "summary": (
        document(BODY.replace("4062.5<", "4062.51<")),
        f"{STMT}/TxsSummry/TtlCdtNtries",
        "the summary is not what the entries make",
    ),
    "summary amount": (
        document(BODY.replace("4062.5<", "x<")),
        f"{STMT}/TxsSummry/TtlCdtNtries",
        "'x' is not an amount",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_named_with_its_element(name):
    data, path, reason = WRONG[name]
    problems = refusal(data)
    assert any(reason in p.reason and p.path == path for p in problems), problems
    assert all(problem.line for problem in problems)


def test_every_problem_is_listed():
    problems = refusal(
        document(HEAD + entry("x") + entry("y"), HEAD.replace("S1", "S2") + entry("z"))
    )
    assert [problem.reason for problem in problems] == [
        f"{text!r} is not an amount" for text in ("x", "y", "z")
    ]


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>"""
OUTSIDE = b"""<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Document><BkToCstmrStmt><Stmt><Id>&x;</Id></Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.parametrize("data", [BOMB, OUTSIDE])
def test_a_document_type_is_refused_wherever_it_stands(data):
    assert "DOCTYPE" in refusal(data)[0].reason
    assert refusal(data)[0].line
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        refusal(data.decode().replace('<?xml version="1.0"?>\n', "").encode(encoding))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"<Document>",
        b"<Document></Documents>",
        b"<Document>&unknown;</Document>",
        b"<Document>\x00</Document>",
        b"not xml at all",
        b"<a>" * 10_000,
        b"<Document a='1' a='2'/>",
        document(BODY)[:-20],
        document(BODY).replace(b"Ntry>", b"Ntry", 1),
        document(BODY) + document(BODY),
        document(BODY).replace(b"UTF-8", b"UTF-99"),
    ],
)
def test_what_is_not_xml_is_refused(data):
    assert "not XML" in refusal(data)[0].reason


def outcome(data):
    try:
        result = read_camt053(data)
    except FileRefused as refused:
        result = refused
    if isinstance(result, FileRefused):
        assert all(problem.reason for problem in result.problems)
    else:
        assert result
        assert all(isinstance(said, Statement) for said in result)


@given(st.binary(max_size=500))
def test_any_bytes_give_a_value_or_a_refusal(data):
    outcome(data)


@given(st.data())
def test_any_damage_gives_a_value_or_a_refusal(data):
    whole = document(BODY)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 300)))
    outcome(whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:])


tags = st.sampled_from(
    ["Stmt", "Ntry", "Bal", "Amt", "Id", "Acct", "Othr", "CdtDbtInd", "Sts", "Cd", "BookgDt", "Dt",
     "NtryDtls", "TxDtls", "TxsSummry", "TtlNtries", "Sum", "CreDtTm", "FrToDt", "FrDtTm"]
)  # fmt: skip
leaves = st.sampled_from(["", "1.00", "BOOK", "CRDT", "2026-03-04", "OPBD", "x"])
trees = st.recursive(
    leaves,
    lambda inner: st.lists(st.tuples(tags, inner), max_size=5).map(
        lambda pairs: "".join(f"<{tag} Ccy='USD'>{text}</{tag}>" for tag, text in pairs)
    ),
    max_leaves=30,
)


@given(trees)
def test_any_tree_gives_a_value_or_a_refusal(tree):
    outcome(document(tree))
    outcome(document(HEAD + tree))


@pytest.mark.parametrize(
    "piece",
    [entry(), entry("x"), balance("OPBD", "1.00"), "<x/>", "<TxsSummry/>"],
)
def test_reading_takes_steps_in_proportion_to_the_file(piece):
    before = steps_of(outcome, document(HEAD + SUMMARY + piece * 200))
    after = steps_of(outcome, document(HEAD + SUMMARY + piece * 400))
    assert after <= 2.3 * before + 200
