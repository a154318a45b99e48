"""Numbers that persons and companies are known by: their kinds in v2, and where v1 keeps them.

v1 has a few places, whose meaning depends on the country; v2 names the kind of each number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bezant.api import refusals

_PERSON_TYPES = (
    "ae_eid ao_nif ar_cuil ar_dni at_stn az_tin bd_brc bd_etin bd_nid be_nrn bg_ucn bn_nric "
    "br_cpf ca_sin ch_oasi cl_rut cn_pp co_nuip cr_ci cr_cpf cr_dimex cr_nite cy_tic cz_rc de_stn "
    "dk_cpr do_cie do_rcn ec_ci ee_ik es_nif fi_hetu fr_nir gb_nino gr_afm gt_nit hk_id hr_oib "
    "hu_ad id_nik ie_ppsn is_kt it_cf jp_inc ke_pin kz_iin li_peid lt_ak lu_nif lv_pk mx_rfc "
    "my_nric mz_nuit ng_nin nl_bsn no_nin nz_ird pe_dni pk_cnic pk_snic pl_pesel pt_nif ro_cnp "
    "sa_tin se_pin sg_fin sg_nric sk_dic th_lc th_pin tr_tin us_itin us_itin_last_4 us_ssn "
    "us_ssn_last_4 uy_dni za_id"
)
PERSON_TYPES = frozenset(_PERSON_TYPES.split())
_COMPANY_TYPES = (
    "ae_crn ae_vat ao_nif ar_cuit at_fn at_stn at_vat au_abn au_acn au_in az_tin bd_etin be_cbe "
    "be_vat bg_uic bg_vat br_cnpj ca_cn ca_crarr ca_gst_hst ca_neq ca_rid ch_chid ch_uid cr_cpj "
    "cr_nite cy_he cy_tic cy_vat cz_ico cz_vat de_hrn de_stn de_vat dk_cvr dk_vat do_rcn ee_rk "
    "ee_vat es_cif es_vat fi_vat fi_yt fr_rna fr_siren fr_vat gb_crn gb_vat gi_crn gr_afm gr_gemi "
    "gr_vat gt_nit hk_br hk_cr hr_mbs hr_oib hr_vat hu_cjs hu_tin hu_vat ie_crn ie_trn ie_vat "
    "it_rea it_vat jp_cn kz_bin li_uid lt_ccrn lt_vat lu_nif lu_rcs lu_vat lv_urn lv_vat mt_crn "
    "mt_tin mt_vat mx_rfc my_brn my_coid my_itn my_sst mz_nuit nl_kvk nl_rsin nl_vat no_orgnr "
    "nz_bn nz_ird pe_ruc pk_ntn pl_nip pl_regon pl_vat pt_vat ro_cui ro_orc ro_vat sa_crn sa_tin "
    "se_orgnr se_vat sg_uen si_msp si_tin si_vat sk_dic sk_ico sk_vat th_crn th_prn th_tin us_ein"
)
COMPANY_TYPES = frozenset(_COMPANY_TYPES.split())
_REGISTERS = (
    "ae_crn at_fn be_cbe bg_uic ca_cn ch_chid cy_he cz_ico de_hrn dk_cvr ee_rk fi_yt fr_siren "
    "gb_crn gi_crn gr_gemi hk_cr hr_mbs hu_cjs ie_crn it_rea li_uid lt_ccrn lu_rcs lv_urn mt_crn "
    "my_coid nl_kvk no_orgnr pl_regon ro_orc sa_crn se_orgnr si_msp sk_ico th_crn"
)
REGISTERS = frozenset(_REGISTERS.split())
"""Numbers in a register of companies."""
_OF_PERSONS = {
    "BR": "br_cpf", "CA": "ca_sin", "HK": "hk_id", "MX": "mx_rfc", "SG": "sg_nric", "US": "us_ssn",
    "TH": "th_pin", "IT": "it_cf", "ES": "es_nif", "GB": "gb_nino", "JP": "jp_inc", "NO": "no_nin",
}  # fmt: skip
_OF_COMPANIES = {
    "AU": "au_abn", "BR": "br_cnpj", "CA": "ca_cn", "GB": "gb_crn", "HK": "hk_br", "JP": "jp_cn",
    "MX": "mx_rfc", "NZ": "nz_bn", "SG": "sg_uen", "US": "us_ein", "CH": "ch_uid", "NO": "no_orgnr",
}  # fmt: skip
SLOTS_OF_PERSONS = ("id_number", "id_number_secondary", "ssn_last_4")
SLOTS_OF_COMPANIES = ("registration_number", "tax_id", "vat_id")


def person_type(text: str, param: str) -> str:
    """Return a kind of a person's numbers; InvalidRequest for any other text."""
    return _known(text, param, PERSON_TYPES)


def company_type(text: str, param: str) -> str:
    """Return a kind of a company's numbers; InvalidRequest for any other text."""
    return _known(text, param, COMPANY_TYPES)


def person_numbers(
    sent: Sequence[Mapping[str, Any]] | None, param: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a person's numbers by where v1 keeps them, and their kinds; others are unset."""
    values: dict[str, Any] = dict.fromkeys(SLOTS_OF_PERSONS)
    types: dict[str, str] = {}
    for at, each in enumerate(sent or ()):
        slot = _person_slot(each["type"])
        _check_free(slot, types, f"{param}[{at}]")
        values[slot], types[slot] = each["value"], each["type"]
    return values, types


def company_numbers(
    sent: Sequence[Mapping[str, Any]] | None, param: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a company's numbers by where v1 keeps them, and their kinds; others are unset.

    A number in a register stands for the tax id as well where no other number does.
    """
    values: dict[str, Any] = dict.fromkeys(SLOTS_OF_COMPANIES)
    types: dict[str, str] = {}
    for at, each in enumerate(sent or ()):
        slot = _company_slot(each["type"])
        _check_free(slot, types, f"{param}[{at}]")
        values[slot], types[slot] = each["value"], each["type"]
        if registrar := each.get("registrar"):
            values["tax_id_registrar"] = registrar
    if values["tax_id"] is None and values["registration_number"] is not None:
        values["tax_id"] = values["registration_number"]
        types["tax_id"] = types["registration_number"]
    return values, types


def kind_of_person(slot: str, country: str, types: Mapping[str, str]) -> str | None:
    """Return what kind of number a person's is, if that is known."""
    usual = _OF_PERSONS.get(country) if slot == "id_number" else None
    last_four = "us_ssn_last_4" if slot == "ssn_last_4" else None
    return types.get(slot) or usual or last_four


def kind_of_company(slot: str, country: str, types: Mapping[str, str]) -> str | None:
    """Return what kind of number a company's is, if that is known."""
    usual = _OF_COMPANIES.get(country) if slot == "tax_id" else None
    vat = f"{country.lower()}_vat" if slot == "vat_id" else None
    return types.get(slot) or usual or (vat if vat in COMPANY_TYPES else None)


def _known(text: str, param: str, known: frozenset[str]) -> str:
    if text in known:
        return text
    raise refusals.invalid(
        f"Invalid {param}: {refusals.cut(text)} is no known kind of number.", param
    )


def _person_slot(kind: str) -> str:
    if kind.endswith("_last_4"):
        return "ssn_last_4"
    return "id_number_secondary" if kind == "th_lc" else "id_number"


def _company_slot(kind: str) -> str:
    if kind.endswith(("_vat", "_gst_hst", "_sst")):
        return "vat_id"
    return "registration_number" if kind in REGISTERS else "tax_id"


def _check_free(slot: str, taken: Mapping[str, str], param: str) -> None:
    if slot in taken:
        raise refusals.invalid(
            f"Send one of {taken[slot]} and this: a single number of their kind is kept.", param
        )
