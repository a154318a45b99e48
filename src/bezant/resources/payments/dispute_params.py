"""What is sent about a dispute."""

from typing import Annotated, Any, Literal, cast

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import Emptyable, Metadata, Params
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.refused import refused

MOST_CHARACTERS = 150_000
"""How long all texts of the evidence may be together."""
Long = Annotated[str, Meta(max_length=MOST_CHARACTERS)]
_NO_APPEALS = refused("A network's decision is final: leave `appeal` out.")


class Address(Params):
    """Where goods were sent."""

    city: Emptyable[Long] | None = None
    country: Emptyable[Long] | None = None
    line1: Emptyable[Long] | None = None
    line2: Emptyable[Long] | None = None
    postal_code: Emptyable[Long] | None = None
    state: Emptyable[Long] | None = None


class _Bought(Params):
    """Who bought something, as far as is known."""

    customer_account_id: Emptyable[Long] | None = None
    customer_device_fingerprint: Emptyable[Long] | None = None
    customer_device_id: Emptyable[Long] | None = None
    customer_email_address: Emptyable[Long] | None = None
    customer_purchase_ip: Emptyable[Long] | None = None
    product_description: Emptyable[Long] | None = None
    shipping_address: Address | None = None


class DisputedTransaction(_Bought):
    """What was bought with the payment that is disputed."""

    merchandise_or_services: Literal["merchandise", "services"] | None = None


class PriorTransaction(_Bought):
    """A payment of before that nobody has disputed."""

    charge: str


class CompellingEvidence(Params):
    """Visa's compelling evidence 3.0: the same customer has paid before."""

    disputed_transaction: DisputedTransaction | None = None
    prior_undisputed_transactions: Annotated[list[PriorTransaction], Meta(max_length=5)] | None = (
        None
    )


class Compliance(Params):
    """Whether the fee of a compliance case is accepted."""

    fee_acknowledged: bool | None = None


class EnhancedEvidence(Params):
    """Evidence by the networks' own rules."""

    mastercard_compliance: Compliance | None = None
    visa_compelling_evidence_3: CompellingEvidence | None = None
    visa_compliance: Compliance | None = None


class EvidenceParams(Params):
    """What the owner says; files by their ids."""

    access_activity_log: Emptyable[Long] | None = None
    appeal: Annotated[str, _NO_APPEALS] | None = None
    billing_address: Emptyable[Long] | None = None
    cancellation_policy: Emptyable[str] | None = None
    cancellation_policy_disclosure: Emptyable[Long] | None = None
    cancellation_rebuttal: Emptyable[Long] | None = None
    customer_communication: Emptyable[str] | None = None
    customer_email_address: Emptyable[Long] | None = None
    customer_name: Emptyable[Long] | None = None
    customer_purchase_ip: Emptyable[Long] | None = None
    customer_signature: Emptyable[str] | None = None
    duplicate_charge_documentation: Emptyable[str] | None = None
    duplicate_charge_explanation: Emptyable[Long] | None = None
    duplicate_charge_id: Emptyable[str] | None = None
    enhanced_evidence: Emptyable[EnhancedEvidence] | None = None
    product_description: Emptyable[Long] | None = None
    receipt: Emptyable[str] | None = None
    refund_policy: Emptyable[str] | None = None
    refund_policy_disclosure: Emptyable[Long] | None = None
    refund_refusal_explanation: Emptyable[Long] | None = None
    service_date: Emptyable[Long] | None = None
    service_documentation: Emptyable[str] | None = None
    shipping_address: Emptyable[Long] | None = None
    shipping_carrier: Emptyable[Long] | None = None
    shipping_date: Emptyable[Long] | None = None
    shipping_documentation: Emptyable[str] | None = None
    shipping_tracking_number: Emptyable[Long] | None = None
    uncategorized_file: Emptyable[str] | None = None
    uncategorized_text: Emptyable[Long] | None = None

    def told(self) -> dict[str, Any]:
        """Return what was sent as plain data, with None for what is to be forgotten."""
        return plain(self)


class UpdateDispute(Params):
    """Evidence, which is submitted with it unless `submit` is false."""

    evidence: EvidenceParams | None = None
    intended_submission_method: (
        Literal["manual", "prefer_manual", "prefer_smart_disputes", "smart_disputes"] | None
    ) = None
    metadata: Metadata | None = None
    submit: bool | None = None


class ListDisputes(ListParams):
    """By what disputes are listed."""

    charge: str | None = None
    payment_intent: str | None = None


def plain(params: Params) -> dict[str, Any]:
    """Return parameters as plain data, hashes in them too."""
    return {name: _plain(value) for name, value in params.changes(without=()).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Params):
        return plain(value)
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[Any]", value)]
    return value


def check_method(method: str | None) -> None:
    """Refuse a method of submission that there is not."""
    if method in ("smart_disputes", "prefer_smart_disputes"):
        raise InvalidRequest(
            "Evidence is not written by itself here: send `manual`, or leave it out.",
            param="intended_submission_method",
        )
