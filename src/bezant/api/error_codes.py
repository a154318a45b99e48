"""Every error code: what it means and what to do about it. `/docs/errors` shows this table."""

from typing import NamedTuple

from bezant.api.billing_error_codes import BILLING_ERROR_CODES
from bezant.api.payment_error_codes import PAYMENT_ERROR_CODES


class ErrorCode(NamedTuple):
    """One code of the error body."""

    code: str
    meaning: str
    remedy: str


_GENERAL = (
    ErrorCode(
        "account_closed",
        "The ledger account was closed and takes no more entries.",
        "Post to another account. A closed account stays readable and cannot be opened again.",
    ),
    ErrorCode(
        "account_invalid",
        "The Stripe-Account header names an account that does not exist, or that is not one of "
        "the connected accounts of the key's owner in this mode.",
        "Check the id and whether the key is of the same mode (test or live) as the account.",
    ),
    ErrorCode(
        "account_number_invalid",
        "The bank account number is not one.",
        "Send it as the bank writes it: 4 to 17 digits in the United States, an IBAN whole.",
    ),
    ErrorCode(
        "act_not_offered",
        "The movement's rail has no way to do this: to recall, reverse or send back a payment.",
        "Ask the counterparty, or their bank, by another way.",
    ),
    ErrorCode(
        "amount_too_large",
        "The amount is more than there is to take it from, or a balance would leave the range of "
        "64-bit integers.",
        "Send a smaller amount.",
    ),
    ErrorCode(
        "amount_too_small",
        "The amount comes to nothing in the currency that it is converted to.",
        "Send a larger amount. The message says which currency that is.",
    ),
    ErrorCode(
        "amounts_differ",
        "The money that has come is not the sum that was expected.",
        "Claim it for what expects exactly as much, or send it back.",
    ),
    ErrorCode(
        "api_version_invalid",
        "The Stripe-Version header names a version that there is not.",
        "Send a date such as 2024-06-20 or 2026-10-28.endive, or leave the header out: then the "
        "version of the key applies. The message names the newest version that is served.",
    ),
    ErrorCode(
        "approver_is_creator",
        "A movement that needs an approval was asked for with the same API key.",
        "Approve it with another key: four eyes are wanted.",
    ),
    ErrorCode(
        "authentication_required",
        "The card's issuer wants its cardholder to be authenticated.",
        "Bring the customer back to confirm the payment; it can't be made without them.",
    ),
    ErrorCode(
        "balance_insufficient",
        "The account does not have enough available funds. Nothing was moved.",
        "Look at /v1/balance: pending funds do not count. Top up, or send a smaller amount, with "
        "a new idempotency key.",
    ),
    ErrorCode(
        "bank_not_connected",
        "No bank is connected that could carry this: in this mode, or in this currency.",
        "Use a test-mode key, or connect a bank account for the currency.",
    ),
    ErrorCode(
        "card_declined",
        "The card's issuer or the network refused. `decline_code` says why, where they did.",
        "Follow `advice_code`: try again later, ask for other details, or for another card.",
    ),
    ErrorCode(
        "clock_advancing",
        "The platform's clock is being moved.",
        "Wait until GET /v1/test_helpers/clock says `frozen`, then ask again.",
    ),
    ErrorCode(
        "clock_in_use",
        "Another test clock holds the platform's time.",
        "Delete that test clock first: all of test mode shares one time.",
    ),
    ErrorCode(
        "clock_not_steerable",
        "The platform has keys of live mode, whose time nobody may move.",
        "Run tests that need another time on a platform of their own.",
    ),
    ErrorCode(
        "clock_out_of_range",
        "The clock would go back, or more than ten years ahead.",
        "Give a moment between where the clock stands and ten years later.",
    ),
    ErrorCode(
        "content_type_unsupported",
        "The body is of a media type that the operation does not take.",
        "Send application/x-www-form-urlencoded; operations below /v1/ledger take "
        "application/json as well.",
    ),
    ErrorCode(
        "coupon_expired",
        "The coupon or promotion code can't be redeemed any more: its time is over, it has been "
        "redeemed as often as it may be, or it was turned off.",
        "Use another one, or make one.",
    ),
    ErrorCode(
        "currency_not_supported",
        "The text is not the ISO 4217 code of a currency that is in use.",
        "Send three letters, such as usd or eur.",
    ),
    ErrorCode(
        "customer_cash_balance_not_empty",
        "The customer has money on its cash balance.",
        "Use the money up before the customer is deleted.",
    ),
    ErrorCode(
        "email_invalid",
        "The text is not an email address.",
        "Send a name and a domain with an @ between them, and nothing else.",
    ),
    ErrorCode(
        "expired_card",
        "The card's issuer says that it has expired.",
        "Ask for the new date, or for another card.",
    ),
    ErrorCode(
        "external_account_unsupported",
        "No bank and rail that are connected could pay this external account.",
        "Add a bank account in a country and a currency that /v1/country_specs names.",
    ),
    ErrorCode(
        "file_link_expired",
        "The file link has expired, which is for good.",
        "Make another link to the file.",
    ),
    ErrorCode(
        "file_not_linkable",
        "Files for this purpose are not given out.",
        "Keep a copy of your own of what you upload for it.",
    ),
    ErrorCode(
        "file_too_large",
        "The file has more bytes than its purpose takes.",
        "Send a smaller one. The message says how many bytes are taken.",
    ),
    ErrorCode(
        "file_type_unsupported",
        "The file's bytes are of no type that its purpose takes, whatever its name says.",
        "Send it in one of the types that the message names.",
    ),
    ErrorCode(
        "file_unreadable",
        "The bank file was refused, because it can't be read.",
        "Look at its problems; its contents can still be downloaded.",
    ),
    ErrorCode(
        "idempotency_key_in_use",
        "A request with the same Idempotency-Key is being carried out at this moment.",
        "Wait a little and send the same request again: it will be told the first one's answer.",
    ),
    ErrorCode(
        "idempotency_key_invalid",
        "The Idempotency-Key header is empty, longer than 255 characters, or not printable.",
        "Use a random text of 20 to 40 letters and digits, a UUID for instance.",
    ),
    ErrorCode(
        "incorrect_cvc",
        "The card's issuer says that the security code is another one.",
        "Ask for the code again.",
    ),
    ErrorCode(
        "incorrect_number",
        "The card number does not prove itself, has a wrong length, or nobody gave it out.",
        "Ask for the number again.",
    ),
    ErrorCode(
        "incorrect_zip",
        "The card's issuer says that the postal code is another one, and the account takes no such "
        "cards.",
        "Ask for the postal code again.",
    ),
    ErrorCode(
        "instant_payouts_limit_exceeded",
        "More would be paid out instantly in a day than the account's fee plan allows.",
        "Lower the amount, wait for the next day (UTC), or use `standard`.",
    ),
    ErrorCode(
        "instant_payouts_unsupported",
        "An instant payout was asked for, and no instant rail carries the amount to the account.",
        "Look at the account's `available_payout_methods`; leave `method` out, or send standard.",
    ),
    ErrorCode(
        "insufficient_capabilities_for_transfer",
        "The destination has no active capability that lets it receive transfers.",
        "Request the transfers capability for the account, and wait until it is active.",
    ),
    ErrorCode(
        "invalid_cvc",
        "The security code has not as many digits as the network's cards have.",
        "Send the three digits from the back of the card, or four of American Express.",
    ),
    ErrorCode(
        "invalid_expiry_month",
        "The month is none from 1 to 12, or has passed.",
        "Ask for the date again.",
    ),
    ErrorCode(
        "invalid_expiry_year",
        "The year has passed, or is too far away.",
        "Ask for the date again; years have two or four digits.",
    ),
    ErrorCode(
        "invalid_number",
        "The card number is none: it has something else than digits, or too few.",
        "Send 8 to 19 digits; spaces and hyphens do no harm.",
    ),
    ErrorCode(
        "ledger_account_not_empty",
        "The ledger account has a balance or holds, so it cannot be closed.",
        "Move the balance away and release the holds first.",
    ),
    ErrorCode(
        "ledger_account_system",
        "The ledger account belongs to payouts, transfers and other objects; entries of yours "
        "cannot change it.",
        "Read it as you like. To move its money, use those objects; for entries of your own, "
        "create ledger accounts of your own.",
    ),
    ErrorCode(
        "ledger_currency_mismatch",
        "A move's currency is not that of both of its ledger accounts.",
        "Use accounts of one currency in a move, and a move for each currency of an entry.",
    ),
    ErrorCode(
        "ledger_entry_expired",
        "The pending entry has expired, so it can be neither posted nor released.",
        "Create a new entry.",
    ),
    ErrorCode(
        "ledger_entry_not_expired",
        "The pending entry has not expired yet.",
        "Void it, or wait until it expires.",
    ),
    ErrorCode(
        "ledger_entry_not_pending",
        "Nothing of the ledger entry is pending: it was created as posted, or it has been posted "
        "or voided before.",
        "Look at the entry's status and `resolved_by`. What is posted can be reversed.",
    ),
    ErrorCode(
        "ledger_entry_not_reversible",
        "The ledger entry has posted nothing, is a reversal itself, or was posted in parts.",
        "Reverse the entry that posted the money; the message names it.",
    ),
    ErrorCode(
        "ledger_entry_reversed",
        "The whole ledger entry has been reversed before.",
        "Nothing is left to reverse. To move the money again, create a new entry.",
    ),
    ErrorCode(
        "ledger_entry_system",
        "The ledger entry belongs to a payout, a transfer or another object, which decides what "
        "becomes of it.",
        "Use that object: `source` names it.",
    ),
    ErrorCode(
        "lock_timeout",
        "Other requests kept changing the same object, so this one was given up. Nothing was "
        "changed.",
        "Send it again. If it happens often, make fewer changes to one object at the same time.",
    ),
    ErrorCode(
        "movement_not_cancelable",
        "The money is on its way to the bank and cannot be called back.",
        "Wait for the outcome. Money that arrived has to be sent back by its receiver.",
    ),
    ErrorCode(
        "movement_not_ready",
        "The movement is in a state in which this can't be done.",
        "Retrieve it and look at its `status` and facts.",
    ),
    ErrorCode(
        "movement_not_sent",
        "The money has not left for the bank yet, so the bank can't do anything about it.",
        "Wait until the movement is `submitted`, or move the clock past the cut-off.",
    ),
    ErrorCode(
        "no_external_account",
        "The account has no external account in this currency to pay out to.",
        "Add a bank account in that currency, or name one in `destination`.",
    ),
    ErrorCode(
        "no_route",
        "No connected bank and rail can carry the payment; the message says why for each.",
        "Send less, choose another service or account, or connect a bank whose rails reach it.",
    ),
    ErrorCode(
        "parameter_invalid",
        "A parameter's value, or the way it is written, is not what the operation takes. `param` "
        "names it.",
        "The message says what is expected.",
    ),
    ErrorCode(
        "parameter_invalid_empty",
        "A parameter was sent empty, which means that it is to be unset, but it cannot be unset.",
        "Leave the parameter out, or send a value.",
    ),
    ErrorCode(
        "parameter_invalid_integer",
        "A parameter is not an integer, or is out of its bounds. Amounts are integers in the "
        "currency's minor units: 1000 is 10.00 USD.",
        "Send digits only, without decimal point, exponent or separators.",
    ),
    ErrorCode(
        "parameter_missing",
        "A required parameter was not sent. `param` names it.",
        "Add the parameter.",
    ),
    ErrorCode(
        "parameter_unknown",
        "A parameter was sent that the operation does not have. Nothing was changed.",
        "Check the spelling and the nesting, or leave the parameter out.",
    ),
    ErrorCode(
        "payment_method_unsupported_type",
        "Payment methods of this type can't be made: cards need a vault, and there is none.",
        "Use a type that the message does not name, such as us_bank_account or sepa_debit.",
    ),
    ErrorCode(
        "payout_not_cancelable",
        "Only a pending payout can be canceled; this one has gone on.",
        "Wait for the outcome. A payout that fails comes back to the balance by itself.",
    ),
    ErrorCode(
        "payout_reversal_not_allowed",
        "A payout can't be reversed that is pending, over, a reversal, or being reversed already.",
        "Cancel a pending payout; look at `reversed_by` and `original_payout` of the others.",
    ),
    ErrorCode(
        "payouts_not_allowed",
        "Payouts are disabled for this account.",
        "Look at the account's `requirements`: they say what is missing.",
    ),
    ErrorCode(
        "permission_missing",
        "The key is restricted and lacks the permission that the message names.",
        "Make a key with that permission: bezant keys create --allow. Write implies read, and "
        "`*:read` reads everything.",
    ),
    ErrorCode(
        "processing_error",
        "The card's issuer could not be asked, or did not answer in time.",
        "Try again a little later.",
    ),
    ErrorCode(
        "rail_refuses",
        "The rail that would carry the money cannot carry it like this.",
        "The message names each rule of the rail that is broken.",
    ),
    ErrorCode(
        "rate_limit",
        "More is asked for at once than a limit allows, which Stripe-Rate-Limited-Reason names, or "
        "more is waiting to be written than the server can take. Nothing was changed.",
        "Send the same request again after a moment, later and later each time; the official "
        "clients do so by themselves.",
    ),
    ErrorCode(
        "request_body_invalid",
        "The body is not well-formed, or ended before its announced length.",
        "The message says where. Let a library encode the body.",
    ),
    ErrorCode(
        "request_body_too_large",
        "The body is larger than the operation takes.",
        "Split the request. The message says the limit.",
    ),
    ErrorCode(
        "request_invalid",
        "The request is not well-formed HTTP.",
        "Let a library or one of the official clients make the request.",
    ),
    ErrorCode(
        "resource_already_exists",
        "An object with this id exists already.",
        "Choose another id, or update the object that exists.",
    ),
    ErrorCode(
        "resource_missing",
        "There is no object with this id for this key: not in this account, or not in this mode "
        "(test or live).",
        "Check the id, the Stripe-Account header, and whether the key is of the right mode.",
    ),
    ErrorCode(
        "routing_number_invalid",
        "The routing number is not one: nine digits, of which the last checks the others.",
        "Compare it with the bank's. In test mode, 110000000 works.",
    ),
    ErrorCode(
        "search_query_invalid",
        "The query of a search cannot be understood, or asks for what cannot be searched by.",
        "The message says what is wrong and where. Conditions are like `amount>1000` or "
        '`metadata["order"]:"6735"`, joined by AND or by OR, ten at most.',
    ),
    ErrorCode(
        "secret_key_required",
        "The operation was called with a publishable key.",
        "Use a secret key, on a server.",
    ),
    ErrorCode(
        "tax_id_invalid",
        "The tax id does not have the form that ids of its type have in its country.",
        "Compare it with the customer's papers, and the type with the country.",
    ),
    ErrorCode(
        "testmode_only",
        "Nothing is simulated in live mode.",
        "Use a test-mode key.",
    ),
    ErrorCode(
        "token_already_used",
        "The token was used before, and works once only.",
        "Make a new token of the same data.",
    ),
    ErrorCode(
        "topup_not_cancelable",
        "Only a pending top-up can be canceled; this one has gone on.",
        "Pay the money out again if it should not stay.",
    ),
    ErrorCode(
        "transfer_already_reversed",
        "The whole transfer has been reversed before.",
        "Nothing is left to reverse; look at the transfer's `amount_reversed`.",
    ),
    ErrorCode(
        "url_invalid",
        "Webhooks cannot be delivered to this URL.",
        "The message says why. Use a public https URL; in test mode, loopback works as well.",
    ),
    ErrorCode(
        "url_unknown",
        "There is no such URL, or it does not have this method.",
        "Check the path and the method. Paths begin with /v1 and have no final slash.",
    ),
)
ERROR_CODES = tuple(
    sorted(
        (*_GENERAL, *(ErrorCode(*each) for each in (*BILLING_ERROR_CODES, *PAYMENT_ERROR_CODES)))
    )
)
"""The whole table, by code."""
