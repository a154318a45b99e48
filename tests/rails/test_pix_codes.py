"""Pix without messages: keys, names, BR Codes, charges, and the clock of contested payments."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import PixKey, qr
from bezant.rails.pix import brcode, calendar, charges, contests, ids, keys
from bezant.rails.pix.brcode import BrCode

# Both from the Central Bank's manual for initiating Pix.
STATIC = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"
    "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)
DYNAMIC = (
    "00020101021226700014br.gov.bcb.pix2548pix.example.com/8b3da2f39a4140d1a91abd93113bd441"
    "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***630464E4"
)
SHOP = BrCode(name="Loja da Ada", city="Recife", key="ada@loja.com.br")


def test_the_checksum_is_the_published_one():
    assert brcode.crc16(b"123456789") == "29B1"


def test_the_manuals_codes_are_read_and_written_letter_for_letter():
    static = brcode.read(STATIC)
    assert (static.key, static.name, static.city) == (
        "123e4567-e12b-12d1-a456-426655440000",
        "Fulano de Tal",
        "BRASILIA",
    )
    assert not static.is_dynamic
    assert brcode.write(static) == STATIC
    dynamic = brcode.read(DYNAMIC)
    assert dynamic.url == "pix.example.com/8b3da2f39a4140d1a91abd93113bd441"
    assert dynamic.once
    assert brcode.write(dynamic) == DYNAMIC


def sealed(content):
    return content + "6304" + brcode.crc16((content + "6304").encode())


def test_codes_of_others_are_read():
    upper = STATIC.replace("br.gov.bcb.pix", "BR.GOV.BCB.PIX")[:-8]
    assert brcode.read(sealed(upper)).key == "123e4567-e12b-12d1-a456-426655440000"
    other = sealed("000201" + "2605" + "00011" + upper[6:].replace("2658", "2758", 1))
    assert brcode.read(other).key
    assert brcode.read(STATIC[:-4] + STATIC[-4:].lower()).key
    recurring = sealed(
        "0002012618" + "0014br.gov.bcb.pix" + "5204000053039865802BR5901A6001B"
        "8042" + "0014br.gov.bcb.pix" + "2520rec.example.com/abcd"
    )
    assert brcode.read(recurring).recurrence == "rec.example.com/abcd"


_texts = st.text(min_size=1, max_size=6).filter(str.isprintable)


@given(data=st.data())
def test_every_code_that_is_written_is_read(data):
    code = BrCode(
        name=data.draw(_texts),
        city=data.draw(_texts.filter(lambda text: len(text.encode()) <= 15)),
        key=data.draw(st.from_regex(r"[a-z]{1,20}@[a-z]{1,10}", fullmatch=True)),
        info=data.draw(st.just("") | _texts),
        amount=data.draw(st.none() | st.builds(Money, st.integers(1, 10**12 - 1), st.just("brl"))),
        txid=data.draw(st.from_regex(r"[a-zA-Z0-9]{1,25}", fullmatch=True)),
        once=data.draw(st.booleans()),
    )
    assert brcode.read(brcode.write(code)) == code


@given(at=st.integers(0, len(STATIC) - 1), sign=st.characters(codec="ascii"))
def test_one_wrong_letter_is_found(at, sign):
    spoilt = STATIC[:at] + sign + STATIC[at + 1 :]
    if spoilt.strip().upper() != STATIC.upper():
        with pytest.raises(FileRefused):
            brcode.read(spoilt)


@given(text=st.text(max_size=120))
def test_any_text_is_a_code_or_refused(text):
    for whole in (text, sealed(text)):
        try:
            code = brcode.read(whole)
        except FileRefused:
            continue
        assert code.key or code.url or code.recurrence


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (STATIC[:-1] + "E", "63"),
        (STATIC[:-8], "63"),
        (sealed(STATIC[:-8].replace("000201", "000202", 1)), "00"),
        (sealed(STATIC[:-8].replace("5303986", "5303840")), "53"),
        (sealed(STATIC[:-8].replace("br.gov", "us.gov")), "26"),
        (sealed(STATIC[:-8].replace("2658", "2659")), None),
        (sealed(STATIC[:-8].replace("5802BR", "54031,05802BR")), "54"),
        ("0" * 600, None),
    ],
)
def test_a_code_that_is_none_is_refused_by_its_tag(text, place):
    with pytest.raises(FileRefused) as refused:
        brcode.read(text)
    assert refused.value.problems[0].path == place


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"key": ""}, "26"),
        ({"url": "pix.example.com/1"}, "26"),
        ({"key": "a" * 60, "info": "b" * 60}, "26"),
        ({"name": "n" * 26}, "name"),
        ({"city": ""}, "59"),
        ({"amount": Money(0, "brl")}, "54"),
        ({"amount": Money(100, "usd")}, "54"),
        ({"txid": "a" * 26}, "txid"),
        ({"recurrence": "u" * 78}, "80"),
    ],
)
def test_what_a_code_cannot_say(changes, place):
    with pytest.raises(FileRefused) as refused:
        brcode.write(structs.replace(SHOP, **changes))
    assert place in {problem.path for problem in refused.value.problems}


def test_a_code_is_drawn():
    content = brcode.write(SHOP)
    assert qr.svg(content).startswith(b"<?xml")
    assert qr.png(content).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("529.982.247-25", PixKey("52998224725", "cpf")),
        ("11.222.333/0001-81", PixKey("11222333000181", "cnpj")),
        ("12.abc.345/01de-35", PixKey("12ABC34501DE35", "cnpj")),
        ("+55 (61) 91234-5678", PixKey("+5561912345678", "phone")),
        ("Ada@Loja.com.br", PixKey("ada@loja.com.br", "email")),
        (
            "123E4567-E12B-12D1-A456-426655440000",
            PixKey("123e4567-e12b-12d1-a456-426655440000", "evp"),
        ),
        ("61912345678", None),
        ("+55", None),
        ("ada", None),
        ("x" * 80 + "@loja.com", None),
    ],
)
def test_keys_as_people_write_them(text, key):
    assert keys.key_of(text) == key
    if key:
        assert keys.objection(key) is None


def test_a_key_must_be_of_its_kind():
    assert "no key of kind cnpj" in keys.objection(PixKey("52998224725", "cnpj"))
    assert "longer than 77" in keys.objection(PixKey("a" * 78, "email"))


def test_names_carry_the_minute_and_the_trace():
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    name = ids.name("E", "12345678", at, ids.trace(36))
    assert name == "E12345678202603020905BZ000000010"
    assert ids.trace_of(name) == "BZ000000010"
    theirs = "E6074694820260302090512345678901"
    assert ids.trace_of(theirs) == theirs
    assert not ids.is_name(name, "D")


def test_a_contested_payment_has_its_deadlines():
    paid = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert contests.contest_by(paid) - paid == timedelta(days=80)
    assert contests.decide_by(paid) - paid == timedelta(days=7)
    assert contests.request_by(paid) - paid == timedelta(hours=72)
    assert contests.pay_by(paid) - paid == timedelta(hours=24)
    assert contests.NEXT["open"] == {"agreed", "disagreed", "lapsed"}
    with pytest.raises(LookupError):
        contests.contest_by(datetime(2021, 11, 15, tzinfo=UTC))


def test_a_charge_is_paid_once():
    assert set(charges.NEXT) == charges.NEXT["ATIVA"] | {"ATIVA"}
    assert not charges.NEXT["CONCLUIDA"]
    assert charges.return_state("ACSC") == "DEVOLVIDO"
    assert charges.return_state("RJCT") == "NAO_REALIZADO"
    assert charges.return_state("ACSP") == "EM_PROCESSAMENTO"


@pytest.mark.parametrize(
    ("now", "limit"),
    [
        ("2026-03-02T22:59", None),
        ("2026-03-02T23:00", 100_000),
        ("2026-03-03T08:59", 100_000),
        ("2026-03-03T09:00", None),
        ("2021-10-03T23:30", None),
    ],
)
def test_nights_are_those_of_brasilia(now, limit):
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert calendar.night_limit(instant) == limit
    assert calendar.brazilian_day(datetime(2026, 3, 3, 2, 59, tzinfo=UTC)) == date(2026, 3, 2)
