"""Identifiers prove themselves: one wrong sign is found, wherever check digits exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.luhn import passes_luhn
from bezant.rail import identifiers

HOLD = {
    identifiers.is_routing_number: ["021000021", "011401533", "110000000"],
    identifiers.is_iban: ["DE89370400440532013000", "GB82WEST12345698765432"],
    identifiers.is_bic: ["DEUTDEFF", "DEUTDEFF500"],
    identifiers.is_lei: ["5493001KJTIIGC8Y1R12"],
    identifiers.is_creditor_reference: ["RF18539007547034"],
    passes_luhn: ["4242424242424242", "79927398713"],
    identifiers.is_sort_code: ["108800", "200000"],
    identifiers.is_gb_account_number: ["00012345", "11111116"],
    identifiers.is_service_user_number: ["123456"],
    identifiers.is_cpf: ["52998224725", "11144477735"],
    identifiers.is_cnpj: ["11222333000181", "00000000000191", "12ABC34501DE35"],
    identifiers.is_ispb: ["00000000", "60746948", "12ABC345"],
    identifiers.is_ifsc: ["HDFC0000001", "SBIN0ABC123"],
    identifiers.is_vpa: ["name@bank", "a.b-c_d@okaxis", "9999999999@upi"],
    identifiers.is_phone: ["+5561912345678", "+14155552671"],
    identifiers.is_email: ["pix@bcb.gov.br", "a+b@example.com"],
    identifiers.is_random_key: ["123e4567-e12b-12d1-a456-426655440000"],
}
FAIL = {
    identifiers.is_routing_number: ["", "021000022", "000000000", "02100002", "02100002\u0661"],
    identifiers.is_iban: [
        "DE89370400440532013001",
        "DE8937040044053201300",
        "XX89370400440532013000",
        "de89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
    ],
    identifiers.is_bic: ["", "DEUTDEF", "DEUTXXFF", "deutdeff", "DEUTDEFF50"],
    identifiers.is_lei: ["5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R1"],
    identifiers.is_creditor_reference: ["RF19539007547034", "18539007547034", "RF18"],
    passes_luhn: ["4242424242424241", "", "0", "4242x"],
    identifiers.is_sort_code: ["", "10-88-00", "10880", "000000", "10880\u0660"],
    identifiers.is_gb_account_number: ["1234567", "123456789", "1234567\u00b2"],
    identifiers.is_service_user_number: ["12345", "B12345"],
    identifiers.is_cpf: ["", "52998224724", "11111111111", "529.982.247-25", "5299822472"],
    identifiers.is_cnpj: ["11222333000182", "00000000000000", "12abc34501de35", "1122233300018"],
    identifiers.is_ispb: ["1234567", "123456789", "12abc345"],
    identifiers.is_ifsc: ["HDFC1000001", "hdfc0000001", "HDFC000001"],
    identifiers.is_vpa: ["name", "@bank", "a@b", "name@bank.com", "na me@bank", "name@9bank"],
    identifiers.is_phone: ["5561912345678", "+0561912345678", "+1 415 555 2671", "+1234567"],
    identifiers.is_email: ["pix", "pix@bcb", "PIX@bcb.gov.br", "a@b..c", "a b@c.de"],
    identifiers.is_random_key: ["123e4567e12b12d1a456426655440000", "123E4567-e12b-12d1-a456-42"],
}


@pytest.mark.parametrize("check", HOLD, ids=lambda check: check.__name__)
def test_what_holds_holds_and_what_does_not_is_found(check):
    assert all(check(text) for text in HOLD[check])
    assert [text for text in FAIL[check] if check(text)] == []


@pytest.mark.parametrize(
    ("check", "proved"),
    [
        (identifiers.is_routing_number, "021000021"),
        (identifiers.is_iban, "DE89370400440532013000"),
        (identifiers.is_creditor_reference, "RF18539007547034"),
        (passes_luhn, "4242424242424242"),
        (identifiers.is_cpf, "52998224725"),
        (identifiers.is_cnpj, "11222333000181"),
        (identifiers.is_cnpj, "12ABC34501DE35"),
    ],
)
@given(data=st.data())
def test_one_wrong_sign_is_found(check, proved, data):
    at = data.draw(st.integers(0, len(proved) - 1))
    signs = "0123456789" if proved[at].isdecimal() else "ABCDEFGHIJ"
    wrong = data.draw(st.sampled_from([sign for sign in signs if sign != proved[at]]))
    # Modulo 11 with a rest of 0 or 1 both written as 0 leaves one sign in eleven unproved.
    changed = proved[:at] + wrong + proved[at + 1 :]
    again = sum(check(proved[:at] + sign + proved[at + 1 :]) for sign in signs)
    assert not check(changed) or again == 2


@pytest.mark.parametrize("check", HOLD, ids=lambda check: check.__name__)
@given(text=st.text(max_size=80))
def test_any_text_gets_an_answer(check, text):
    assert check(text) in {True, False}
