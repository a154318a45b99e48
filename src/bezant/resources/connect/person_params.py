"""What may be said about a person: by platforms, in tokens, and of an individual."""

import re
from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.params import Check, Emptyable, Metadata, Params, Timestamp
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect.account_parts import Address, Date, JapaneseAddress, Text
from bezant.resources.core.contact import CountryCode, Email, IpAddress, Phone

_PERCENT = re.compile(r"(?:100(?:\.0{1,4})?|\d{1,2}(?:\.\d{1,4})?)", re.ASCII)
Ethnicity = Literal[
    "cuban",
    "hispanic_or_latino",
    "mexican",
    "not_hispanic_or_latino",
    "other_hispanic_or_latino",
    "prefer_not_to_answer",
    "puerto_rican",
]
Race = Literal[
    "african_american",
    "american_indian_or_alaska_native",
    "asian",
    "asian_indian",
    "black_or_african_american",
    "chinese",
    "ethiopian",
    "filipino",
    "guamanian_or_chamorro",
    "haitian",
    "jamaican",
    "japanese",
    "korean",
    "native_hawaiian",
    "native_hawaiian_or_other_pacific_islander",
    "nigerian",
    "other_asian",
    "other_black_or_african_american",
    "other_pacific_islander",
    "prefer_not_to_answer",
    "samoan",
    "somali",
    "vietnamese",
    "white",
]


def _percent(text: str, param: str) -> str:
    if not text or _PERCENT.fullmatch(text):
        return text
    raise InvalidRequest(
        f"Invalid {param}: must be a number from 0 to 100, with up to four decimals.",
        code="parameter_invalid",
        param=param,
    )


class Sides(Params):
    """The sides of a document: ids of uploaded files."""

    back: Emptyable[Text] | None = None
    front: Emptyable[Text] | None = None


class Papers(Params):
    """Documents that say who somebody is."""

    additional_document: Sides | None = None
    document: Sides | None = None


class Role(Params):
    """What an individual is to the business."""

    director: bool | None = None
    executive: bool | None = None
    owner: bool | None = None
    percent_ownership: Emptyable[Annotated[str, Check(_percent)]] | None = None
    title: Emptyable[Text] | None = None


class Relationship(Role):
    """What a person is to the business."""

    authorizer: bool | None = None
    legal_guardian: bool | None = None
    representative: bool | None = None


class Human(Params):
    """What may be said about anybody."""

    address: Address | None = None
    address_kana: JapaneseAddress | None = None
    address_kanji: JapaneseAddress | None = None
    dob: Emptyable[Date] | None = None
    email: Emptyable[Email] | None = None
    first_name: Emptyable[Text] | None = None
    first_name_kana: Emptyable[Text] | None = None
    first_name_kanji: Emptyable[Text] | None = None
    full_name_aliases: Emptyable[list[Text]] | None = None
    gender: Emptyable[Literal["male", "female"]] | None = None
    id_number: Emptyable[Text] | None = None
    id_number_secondary: Emptyable[Text] | None = None
    last_name: Emptyable[Text] | None = None
    last_name_kana: Emptyable[Text] | None = None
    last_name_kanji: Emptyable[Text] | None = None
    maiden_name: Emptyable[Text] | None = None
    metadata: Metadata | None = None
    phone: Emptyable[Phone] | None = None
    political_exposure: Literal["existing", "none"] | None = None
    registered_address: Address | None = None
    ssn_last_4: Emptyable[Annotated[str, Meta(pattern=r"^\d{4}$")]] | None = None
    verification: Papers | None = None


class Individual(Human):
    """The person behind an account."""

    relationship: Role | None = None


class Acceptance(Params):
    """When a person accepted terms, and from where."""

    date: Timestamp | None = None
    ip: Emptyable[IpAddress] | None = None
    user_agent: Emptyable[Text] | None = None


class Acceptances(Params):
    """Terms beside the account's own that a person accepted."""

    account: Acceptance | None = None


class Files(Params):
    """Uploaded files, by their ids."""

    files: list[Text] | None = None


class Documents(Params):
    """Papers that support what is said about a person."""

    company_authorization: Files | None = None
    passport: Files | None = None
    visa: Files | None = None


class EthnicityDetails(Params):
    """A person's ethnicity, in their own words or not."""

    ethnicity: list[Ethnicity] | None = None
    ethnicity_other: Emptyable[Text] | None = None


class RaceDetails(Params):
    """A person's race, in their own words or not."""

    race: list[Race] | None = None
    race_other: Emptyable[Text] | None = None


class CfpbData(Params):
    """What lenders in the United States have to ask."""

    ethnicity_details: EthnicityDetails | None = None
    race_details: RaceDetails | None = None
    self_identified_gender: Emptyable[Text] | None = None


class PersonData(Human):
    """What is said about a person of a business."""

    additional_tos_acceptances: Acceptances | None = None
    documents: Documents | None = None
    nationality: Emptyable[CountryCode] | None = None
    relationship: Relationship | None = None
    us_cfpb_data: CfpbData | None = None


class PersonParams(PersonData):
    """What is said about a person, some of it perhaps in a token."""

    person_token: Text | None = None
