"""What may be said about a person in v2: by platforms, in tokens, and of an individual."""

from typing import Annotated, Literal

from bezant.api.params import Check, Emptyable, Metadata, Params
from bezant.api.v2 import Rfc3339
from bezant.resources.connect.account_parts import Date, JapaneseAddress, Text
from bezant.resources.connect.person_params import Relationship, Role
from bezant.resources.connect.v2_numbers import person_type
from bezant.resources.core.contact import CountryCode, Email, IpAddress, Phone


class Place(JapaneseAddress):
    """A postal address, with a town."""

    country: Emptyable[CountryCode] | None = None


class Declared(Params):
    """When something was declared, and from where."""

    date: Emptyable[Rfc3339] | None = None
    ip: Emptyable[IpAddress] | None = None
    user_agent: Emptyable[Text] | None = None


class Attested(Params):
    """Whether something is declared by whoever makes the token."""

    attested: bool | None = None


class Accepted(Params):
    """Whether terms were accepted by whoever makes the token."""

    shown_and_accepted: bool | None = None


class Papers(Params):
    """Uploaded files, by their ids."""

    files: list[Text]
    type: Literal["files"]


class Sides(Params):
    """The sides of a document: ids of uploaded files."""

    back: Emptyable[Text] | None = None
    front: Emptyable[Text] | None = None


class Document(Params):
    """A document with a front and perhaps a back."""

    front_back: Sides
    type: Literal["front_back"]


class PersonDocuments(Params):
    """Papers that support what is said about a person."""

    company_authorization: Papers | None = None
    passport: Papers | None = None
    primary_verification: Emptyable[Document] | None = None
    secondary_verification: Emptyable[Document] | None = None
    visa: Papers | None = None


class RegisteredAddress(Place):
    """Another address, and what it is."""

    purpose: Literal["registered"]


class OtherName(Params):
    """Another name, and what it is."""

    full_name: Text | None = None
    given_name: Text | None = None
    purpose: Literal["alias", "maiden"]
    surname: Text | None = None


class PersonNumber(Params):
    """A number that a person is known by, and what kind of number it is."""

    type: Annotated[str, Check(person_type)]
    value: Text


class ScriptPlaces(Params):
    """An address in Kana and in Kanji."""

    kana: Emptyable[Place] | None = None
    kanji: Emptyable[Place] | None = None


class NameParts(Params):
    """A name in another script."""

    given_name: Emptyable[Text] | None = None
    surname: Emptyable[Text] | None = None


class ScriptNames(Params):
    """A name in Kana and in Kanji."""

    kana: Emptyable[NameParts] | None = None
    kanji: Emptyable[NameParts] | None = None


class Human(Params):
    """What may be said about anybody."""

    additional_addresses: Emptyable[list[RegisteredAddress]] | None = None
    additional_names: Emptyable[list[OtherName]] | None = None
    address: Emptyable[Place] | None = None
    date_of_birth: Emptyable[Date] | None = None
    documents: PersonDocuments | None = None
    email: Emptyable[Email] | None = None
    given_name: Emptyable[Text] | None = None
    id_numbers: Emptyable[list[PersonNumber]] | None = None
    legal_gender: Emptyable[Literal["female", "male"]] | None = None
    metadata: Metadata | None = None
    nationalities: Emptyable[list[CountryCode]] | None = None
    phone: Emptyable[Phone] | None = None
    political_exposure: Literal["existing", "none"] | None = None
    script_addresses: ScriptPlaces | None = None
    script_names: ScriptNames | None = None
    surname: Emptyable[Text] | None = None


class V2Individual(Human):
    """The person behind an account."""

    relationship: Role | None = None


class PersonTerms(Params):
    """Terms beside the account's own that a person accepted."""

    account: Declared | None = None


class TokenTerms(Params):
    """Terms that whoever makes a token accepts."""

    account: Accepted | None = None


class V2PersonParams(Human):
    """What is said about a person, some of it perhaps in a token."""

    additional_terms_of_service: PersonTerms | None = None
    person_token: Text | None = None
    relationship: Relationship | None = None


class PersonTokenParams(Human):
    """What a token says about a person."""

    additional_terms_of_service: TokenTerms | None = None
    relationship: Relationship | None = None
