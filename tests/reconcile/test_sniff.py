"""The kind of a bank file, from its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.reconcile.sniff import kind_of

CAMT = b'<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"101 021000021 0114015332603041030A094101DEMO", "nacha"),
        (b"\n 101 021000021", "nacha"),
        (b"\xef\xbb\xbf101 021000021", "nacha"),
        (b"01,122099999,123456789,040621,0200,1,65,,2/\n", "bai2"),
        (b"\r\n01,0004,", "bai2"),
        (CAMT, "camt.053"),
        (b"  <ns:Document><ns:BkToCstmrStmt>", "camt.053"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'>", None),
        (b"<Document><BkToCstmrDbtCdtNtfctn>", "camt.054"),
        (b"<Document><BkToCstmrAcctRpt>", "camt.052"),
        (b":20:STARTUMS\n:25:1\n:60F:C260302EUR1,", "mt940"),
        (b":20:STARTUMS\n:25:1\n:34F:EUR0,", "mt942"),
        (b"", None),
        (b"\x00\x01", None),
        (b"02,a,b/", None),
    ],
)
def test_kinds(data, kind):
    assert kind_of(data) == kind


@given(st.binary(max_size=200))
def test_any_bytes_have_a_kind_or_none(data):
    assert kind_of(data) in {"nacha", "bai2", "camt.053", None}
