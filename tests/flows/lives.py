"""Lives: what happens to some money from its first event to its last, in the words of the flows.

A line is an event and what of its parameters is not as usual: `amount`, `fee` and `net` (the one
less the other) are in usd, `converted` in eur; the book is the owner's, and money that moves goes
from the owner to another.
"""

SOLD = """
    charge.captured purse=pending rail=cards
    charge.matured amount=net
    card_settlement.cleared credit=yes
    card_settlement.owed credit=yes
    card_settlement.priced amount=fee credit=no
    bank_line.booked amount=net credit=yes rail=cards
"""
"""A card payment until its money is at the operator's bank, less what the network keeps."""

SWEPT = """
    charge.fees_swept amount=fee
    fee.earned total=fee
"""

FUNDED = """
    top_up.created rail=wire
    top_up.succeeded rail=wire
    top_up.received rail=wire
    bank_line.booked credit=yes rail=wire
"""

GIVEN_BACK = """
    card_settlement.cleared credit=no
    card_settlement.owed credit=no
    bank_line.booked credit=no rail=cards
"""
"""What the network takes back of the operator for a payment."""

LIVES = {
    "a sale": SOLD + SWEPT,
    "a sale whose fee is another's": SOLD.replace(
        "charge.captured", "charge.captured fee=nothing"
    ).replace("charge.matured amount=net", "charge.matured")
    + """
    charge.fee_taken book=other
    charge.fees_swept amount=fee book=other
    fee.earned total=fee
    """,
    "a sale that is refunded before it is available": """
    charge.captured purse=pending rail=cards
    refund.given_back purse=pending rail=cards
    refund.fee_returned purse=pending
    """,
    "a sale that is refunded after it was paid out, and the fee with it": SOLD
    + """
    payout.created amount=net rail=ach
    payout.settled amount=net rail=ach
    payout.paid_out total=net rail=ach
    bank_line.booked amount=net credit=no rail=ach
    charge.fees_swept amount=fee
    fee.earned total=fee
    refund.given_back rail=cards
    refund.fee_returned
    charge.fees_credited amount=fee
    fee.forgone total=fee
    """
    + GIVEN_BACK,
    "a refund that does not arrive": SOLD
    + "refund.given_back rail=cards\nrefund.failed rail=cards"
    + SWEPT,
    "more refunds than payments": """
    charge.captured fee=nothing purse=available rail=cards
    refund.given_back purse=pending rail=cards
    charge.called_in
    """,
    "a sale that nobody is known for": """
    card_settlement.unexplained credit=yes
    bank_line.booked credit=yes rail=cards
    card_settlement.unexplained credit=no
    bank_line.booked credit=no rail=cards
    """,
    "a sale in another currency, and back": """
    conversion.received fee=unpriced purse=available rail=cards
    card_settlement.cleared credit=yes
    card_settlement.owed credit=yes
    bank_line.booked credit=yes rail=cards
    conversion.given_back rail=cards
    """
    + GIVEN_BACK,
    "a dispute that is lost": SOLD
    + SWEPT
    + """
    dispute.withdrawn rail=cards
    """
    + GIVEN_BACK,
    "a dispute that is won": SOLD
    + SWEPT
    + """
    dispute.withdrawn rail=cards
    dispute.reinstated rail=cards
    """,
    "a dispute in another currency that is won": """
    conversion.received fee=unpriced purse=available rail=cards
    card_settlement.cleared credit=yes
    card_settlement.owed credit=yes
    bank_line.booked credit=yes rail=cards
    dispute.withdrawn_converted fee=unpriced rail=cards
    dispute.reinstated_converted fee=unpriced rail=cards
    conversion.given_back rail=cards
    """
    + GIVEN_BACK,
    "a platform's fee, and back": SOLD
    + SWEPT
    + """
    application_fee.taken amount=net
    application_fee.refunded amount=net source=other destination=owner
    """,
    "a transfer, and back": FUNDED + "transfer.created\ntransfer.reversed_",
    "a transfer in another currency with a fee out of it, and all back": FUNDED
    + """
    conversion.transferred
    conversion.fee_taken source=other destination=owner
    conversion.fee_refunded
    conversion.transfer_reversed
    """,
    "money that goes from one book to another": FUNDED
    + """
    book_transfer.sent
    book_transfer.received book=other
    """,
    "what an account has owed for too long": FUNDED
    + """
    reserve.connect_raised
    reserve.collected
    """,
    "an account's debit": FUNDED + "account_debit.taken",
    "an account's debit of what it has not": "account_debit.taken force=account_debit",
    "an account's debit in another currency, and back": FUNDED
    + "conversion.account_debited\nconversion.transfer_reversed",
    "a payout": FUNDED
    + """
    payout.minimum_held amount=fee
    payout.created amount=net rail=ach
    payout.minimum_released amount=fee
    payout.settled amount=net rail=ach
    payout.paid_out total=net rail=ach
    bank_line.booked amount=net credit=no rail=ach
    """,
    "a payout with a price, which is canceled": FUNDED
    + """
    payout.created amount=net rail=ach
    payout.priced
    payout.dropped amount=net rail=ach
    payout.price_returned
    """,
    "an instant payout of what is still pending": """
    charge.captured purse=pending rail=cards
    advance.funded amount=net
    payout.created amount=net rail=rtp
    payout.settled amount=net rail=rtp
    payout.paid_out total=net rail=rtp
    bank_line.booked amount=net credit=no rail=rtp
    card_settlement.cleared credit=yes
    card_settlement.owed credit=yes
    bank_line.booked credit=yes rail=cards
    """
    + SWEPT,
    "an instant payout of what is still pending, which fails": """
    charge.captured purse=pending rail=cards
    advance.funded amount=net
    payout.created amount=net rail=rtp
    payout.dropped amount=net rail=rtp
    advance.undone amount=net
    charge.matured amount=net
    card_settlement.cleared credit=yes
    card_settlement.owed credit=yes
    bank_line.booked credit=yes rail=cards
    """
    + SWEPT,
    "an instant payout that the platform pays for and prices, which fails": FUNDED
    + """
    payout.created amount=net rail=rtp
    charge.fee_taken book=other
    payout.shared
    payout.dropped amount=net rail=rtp
    payout.price_returned book=other
    application_fee.refunded amount=fee source=other destination=owner force=refund
    """,
    "a payout that comes back": FUNDED
    + """
    payout.created rail=ach
    payout.settled rail=ach
    payout.paid_out rail=ach
    bank_line.booked credit=no rail=ach
    payout.returned
    payout.given_back rail=ach
    bank_line.booked credit=yes rail=ach
    """,
    "a payout that comes back with less than went": FUNDED
    + """
    payout.created rail=swift
    payout.settled rail=swift
    payout.paid_out rail=swift
    bank_line.booked credit=no rail=swift
    payout.returned
    payout.given_back rail=swift
    return_charge.deducted amount=fee rail=swift
    bank_line.booked amount=net credit=yes rail=swift
    """,
    "a bank that is debited, and takes it back": """
    payout.debit_begun rail=ach
    payout.debited rail=ach
    payout.given_back rail=ach
    bank_line.booked credit=yes rail=ach
    payout.debit_lost
    payout.paid_out rail=ach
    bank_line.booked credit=no rail=ach
    """,
    "a debit that no bank carries out": """
    payout.debit_begun rail=ach
    payout.debit_dropped rail=ach
    """,
    "a top-up that does not come": "top_up.created rail=wire\ntop_up.dropped rail=wire",
    "a top-up that was sent by mistake, and goes back": FUNDED
    + """
    top_up.taken_back
    top_up.given_back rail=wire
    bank_line.booked credit=no rail=wire
    """,
    "a top-up that is found, spent and then recalled": """
    received.arrived rail=ach
    bank_line.booked credit=yes rail=ach
    top_up.created rail=wire
    top_up.succeeded rail=wire
    top_up.received rail=wire
    received.claimed rail=wire
    transfer.created
    top_up.taken_back
    top_up.given_back rail=wire
    received.unclaimed rail=wire
    received.sent_back rail=ach
    bank_line.booked credit=no rail=ach
    """,
    "money sent ahead for refunds": """
    prefunding.announced rail=wire
    prefunding.succeeded rail=wire
    top_up.received rail=wire
    bank_line.booked credit=yes rail=wire
    refund.given_back rail=cards
    prefunding.drawn
    """
    + GIVEN_BACK,
    "money for refunds that was drawn in part, and goes back": """
    prefunding.announced rail=wire
    prefunding.succeeded rail=wire
    top_up.received rail=wire
    bank_line.booked credit=yes rail=wire
    prefunding.drawn amount=fee
    prefunding.taken_back
    top_up.given_back rail=wire
    bank_line.booked credit=no rail=wire
    """,
    "money for refunds that does not come": """
    prefunding.announced rail=wire
    prefunding.dropped rail=wire
    """,
    "a collection": """
    collection.created rail=sepa_debit
    collection.settled rail=sepa_debit
    collection.collected rail=sepa_debit
    bank_line.booked credit=yes rail=sepa_debit
    exposure.opened rail=sepa_debit
    collection.returned
    collection.taken_back rail=sepa_debit
    bank_line.booked credit=no rail=sepa_debit
    exposure.closed rail=sepa_debit
    """,
    "a collection that is taken back without a right": """
    collection.created rail=ach
    collection.settled rail=ach
    collection.collected rail=ach
    bank_line.booked credit=yes rail=ach
    exposure.opened rail=ach
    collection.returned
    collection.taken_back rail=ach
    bank_line.booked credit=no rail=ach
    exposure.closed rail=ach
    collection.stands
    collection.collected rail=ach
    bank_line.booked credit=yes rail=ach
    """,
    "a collection that is dropped": """
    collection.created rail=sepa_debit
    collection.dropped rail=sepa_debit
    """,
    "what a customer sends ahead": """
    cash_balance.funded rail=ach
    cash_balance.settled rail=ach
    cash_balance.received rail=ach
    bank_line.booked credit=yes rail=ach
    """,
    "money that nobody expects, and goes back": """
    received.arrived rail=ach
    bank_line.booked credit=yes rail=ach
    received.sent_back rail=ach
    bank_line.booked credit=no rail=ach
    """,
    "money that is found to be a top-up's": """
    received.arrived rail=wire
    bank_line.booked credit=yes rail=wire
    top_up.created rail=wire
    top_up.succeeded rail=wire
    top_up.received rail=wire
    received.claimed rail=wire
    """,
    "what others collect, and give back": """
    received.collected rail=ach
    bank_line.booked credit=no rail=ach
    received.taken_back rail=ach
    bank_line.booked credit=yes rail=ach
    """,
    "a line that nothing explains, and its correction": """
    bank_line.booked credit=yes rail=none
    bank_line.booked credit=no rail=none
    """,
    "a bank debit that is refunded": """
    charge.captured purse=pending rail=ach
    bank_payment.collected rail=ach
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    charge.matured amount=net
    bank_payment.refund_begun rail=ach
    bank_payment.refund_paid rail=ach
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    bank_payment.refund_came_back
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    bank_payment.refund_begun rail=ach
    bank_payment.refund_dropped rail=ach
    """,
    "a bank debit that does not come": """
    charge.captured purse=pending rail=ach
    bank_payment.dropped purse=pending rail=ach
    """,
    "a bank debit that is taken back": """
    charge.captured purse=pending rail=ach
    bank_payment.collected rail=ach
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    bank_payment.came_back purse=pending
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    """,
    "a bank debit that is taken back after it counted as paid": """
    charge.captured fee=nothing purse=available rail=ach
    bank_payment.collected rail=ach
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    bank_payment.taken rail=ach
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    refund.given_back rail=ach
    """,
    "what a customer sends, pays with and has again": """
    bank_payment.sent
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    charge.captured fee=nothing purse=available rail=ach
    bank_payment.applied rail=ach
    refund.given_back rail=ach
    bank_payment.unapplied rail=ach
    """,
    "what a customer has, and goes to its bank at the second try": """
    bank_payment.sent
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    cash_balance.return_initiated
    cash_balance.return_canceled
    cash_balance.return_initiated
    cash_balance.return_sent rail=ach
    cash_balance.return_dropped rail=ach
    cash_balance.return_sent rail=ach
    bank_payment.refund_paid rail=ach
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    cash_balance.return_came_back
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    cash_balance.return_sent rail=ach
    bank_payment.refund_paid rail=ach
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    """,
    "what a customer has left behind": """
    bank_payment.sent
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    cash_balance.return_initiated
    cash_balance.left_behind
    """,
    "what a customer has sent and used, and takes back": """
    bank_payment.sent
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    charge.captured amount=fee fee=nothing purse=available rail=ach
    bank_payment.applied amount=fee rail=ach
    cash_balance.taken_back
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    cash_balance.made_good amount=net
    cash_balance.overdrawn amount=fee
    """,
    "what a customer has, set aside for a payment": """
    bank_payment.sent
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    cash_balance.set_aside
    cash_balance.released
    """,
    "a bank debit in another currency, back and forth": """
    conversion.received fee=unpriced purse=available rail=ach
    bank_payment.collected rail=ach
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    conversion.sent_back rail=ach
    conversion.not_sent rail=ach
    conversion.sent_back rail=ach
    bank_payment.refund_paid rail=ach
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    conversion.came_again
    bank_payment.came_in rail=ach
    bank_line.booked credit=yes rail=ach
    conversion.taken_back
    bank_payment.went_back rail=ach
    bank_line.booked credit=no rail=ach
    """,
    "cents that prove a bank account": """
    microdeposit.sent rail=ach
    bank_line.booked credit=no rail=ach
    microdeposit.came_back rail=ach
    bank_line.booked credit=yes rail=ach
    """,
    "cents that show whether an account can be paid": """
    account_check.sent rail=ach
    bank_line.booked credit=no rail=ach
    account_check.came_back rail=ach
    bank_line.booked credit=yes rail=ach
    """,
    "what is kept back": SOLD
    + SWEPT
    + """
    reserve.held amount=net
    reserve.released amount=net
    """,
    "a platform that answers for others": "reserve.connect_raised\nreserve.connect_lowered",
}
