"""Error codes of payments: what each means and what to do about it."""

PAYMENT_ERROR_CODES = (
    (
        "amount_details_amount_mismatch",
        "The line items, tax, shipping and discount do not add up to the amount.",
        "Send `amount_details` that add up, or set `enforce_arithmetic_validation` to false.",
    ),
    (
        "amount_details_tax_shipping_discount_greater_than_amount",
        "Tax and shipping, or the discount, are more than the whole amount.",
        "Send `amount_details` that are part of the amount.",
    ),
    (
        "charge_already_captured",
        "What the charge holds has been captured already.",
        "Nothing is left to do.",
    ),
    (
        "charge_already_refunded",
        "The whole of the charge has been given back already.",
        "Look at its refunds: nothing is left to do.",
    ),
    (
        "charge_not_refundable",
        "The charge has brought no money that could be given back.",
        "Wait until it is paid, or charge again.",
    ),
    (
        "charge_disputed",
        "The charge is disputed, so the dispute decides about its money.",
        "Answer the dispute, or accept it.",
    ),
    (
        "charge_expired_for_capture",
        "The time to capture what the charge holds is over, or it was let go.",
        "Charge the customer again.",
    ),
    (
        "checkout_session_not_open",
        "The checkout session is complete or has expired, so nobody can pay in it.",
        "Look at its `status`; create a new session for another payment.",
    ),
    (
        "invalid_source_usage",
        "The payment can't be used for this, such as for a transfer in another currency.",
        "Read the message, which says what would be possible.",
    ),
    (
        "bank_account_unverified",
        "Nobody has proved yet to see the bank account.",
        "Confirm while the customer is there, and verify the account by microdeposits.",
    ),
    (
        "missing",
        "The customer has no such source, or none at all.",
        "Keep a card for the customer first: `POST /v1/customers/{customer}/sources`.",
    ),
    (
        "payment_method_microdeposit_failed",
        "The bank account did not take the cent by which it was to be verified.",
        "Ask the customer for another payment method.",
    ),
    (
        "payment_method_microdeposit_verification_amounts_invalid",
        "The account is verified by a code and not by amounts.",
        "Send the code from the account's statement as `descriptor_code`.",
    ),
    (
        "payment_method_microdeposit_verification_amounts_mismatch",
        "The amounts are not those that were sent to the bank account.",
        "Let the customer look at the statement again; there are three tries.",
    ),
    (
        "payment_method_microdeposit_verification_attempts_exceeded",
        "There were too many wrong tries to verify the bank account.",
        "Ask the customer for another payment method.",
    ),
    (
        "payment_method_microdeposit_verification_descriptor_code_mismatch",
        "The code is not the one that was sent to the bank account.",
        "Let the customer look at the statement again; there are ten tries.",
    ),
    (
        "payment_method_microdeposit_verification_timeout",
        "The time to verify the bank account is over.",
        "Ask the customer for another payment method.",
    ),
    (
        "payment_intent_payment_attempt_failed",
        "A rule about risk blocks the payment.",
        "Look at the `outcome` of the charge, which names the rule, or take another payment.",
    ),
    (
        "payment_method_unactivated",
        "The account has no active capability for this type of payment.",
        "Request the capability that the message names, and wait until it is active.",
    ),
    (
        "payment_method_not_available",
        "No bank that is connected takes payments by this method.",
        "Pay by another method, or connect a bank that takes it.",
    ),
    (
        "payment_intent_authentication_failure",
        "The cardholder has not proven who they are.",
        "Ask for another payment method, or confirm again to ask the cardholder once more.",
    ),
    (
        "payment_intent_invalid_parameter",
        "The payment method does not fit the intent, by its type or its customer.",
        "Send a method of a type that the intent takes, and the customer that it belongs to.",
    ),
    (
        "payment_intent_mandate_invalid",
        "The mandate is for another payment method, or is not active any more.",
        "Ask the customer to agree again, and send `mandate_data`.",
    ),
    (
        "payment_intent_unexpected_state",
        "The intent's status does not allow this.",
        "Look at its `status` and at the error's `payment_intent`.",
    ),
    (
        "payment_link_inactive",
        "The payment link is switched off, or as many have paid through it as may.",
        "Set `active` to true, raise its limit, or make a new one.",
    ),
    (
        "recurring_price_unsupported",
        "The price is charged again and again, by a subscription, and this is paid once.",
        "Send mode=subscription, or make a price without `recurring`.",
    ),
    (
        "refund_not_cancelable",
        "The refund can't be canceled, because it is on its way or done.",
        "Charge the customer again if the money was not to go back.",
    ),
    (
        "setup_intent_authentication_failure",
        "The cardholder has not proven who they are.",
        "Ask for another payment method, or confirm again to ask the cardholder once more.",
    ),
    (
        "setup_intent_invalid_parameter",
        "The payment method does not fit the intent, by its type or its customer.",
        "Send a method of a type that the intent takes, and the customer that it belongs to.",
    ),
    (
        "setup_intent_unexpected_state",
        "The intent's status does not allow this.",
        "Look at its `status` and at the error's `setup_intent`.",
    ),
    (
        "token_expired",
        "The token was not used in time.",
        "Gather the details again, which makes another one.",
    ),
)
