"""Error codes of billing: what each means and what to do about it."""

BILLING_ERROR_CODES = (
    (
        "invoice_no_customer_line_items",
        "The invoice has no lines, so nobody would owe anything by it.",
        "Add lines with `POST /v1/invoiceitems`, with the invoice's id as `invoice`.",
    ),
    (
        "invoice_not_editable",
        "The invoice is in another state than this needs, such as finalized or paid.",
        "Read the message, which names its status; void it and draw another one if it is wrong.",
    ),
    (
        "invoice_payment_intent_requires_action",
        "The customer's bank wants to know who pays the invoice.",
        "Let the customer confirm the invoice's PaymentIntent, by its `confirmation_secret`.",
    ),
    (
        "invoice_upcoming_none",
        "There is nothing that a next invoice would say.",
        "Add an invoice item or a subscription first, or look at the invoices that there are.",
    ),
    (
        "subscription_not_changeable",
        "The subscription is in another state than this needs, such as canceled or incomplete.",
        "Read the message, which names its status and what to do first.",
    ),
)
