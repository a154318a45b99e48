"""The wiring: which routes are served and which product reacts to which bank's answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bezant.api.routes import Routes
from bezant.api.runtime import Runtime
from bezant.banks.load import load_folder
from bezant.movement import errand, received
from bezant.movement.banks import Banks
from bezant.movement.engine import Engine
from bezant.movement.follow import Follower
from bezant.movement.handler import Handlers
from bezant.movement.heard import FOLLOW
from bezant.rail.cards import Decided, Disputed, FraudWarning, RefundTold
from bezant.resources import error_groups, request_logs
from bezant.resources.banks import (
    account_checks,
    bank_files,
    book_transfers,
    movements,
    recalls,
    unclaimed,
)
from bezant.resources.billing import (
    invoice_items,
    invoice_jobs,
    invoice_lines,
    invoice_payments,
    invoices,
    renewing,
    subscription_items,
    subscriptions,
    upcoming,
)
from bezant.resources.billing.invoice_fence import intent_behind, invoice_fence
from bezant.resources.catalogue import coupons, prices, products, promotion_codes
from bezant.resources.checkout import payment_links, sessions
from bezant.resources.checkout.ending import SessionJobs
from bezant.resources.checkout.opening import EXPIRY_JOB as SESSION_EXPIRY_JOB
from bezant.resources.checkout.paying import session_fence
from bezant.resources.connect import (
    account_links,
    account_sessions,
    accounts,
    application_fees,
    balance_settings,
    capabilities,
    external_accounts,
    payout_fees,
    persons,
    reserve_holds,
    reserve_plans,
    reserve_releases,
    standing,
    tokens,
    transfer_reversals,
    transfers,
    v2_account_links,
    v2_accounts,
    v2_persons,
    v2_tokens,
)
from bezant.resources.connect.reviews import AccountReviewer
from bezant.resources.core import (
    balance,
    balance_transactions,
    bank_accounts,
    cash_balance,
    cash_balance_transactions,
    cash_transaction,
    country_specs,
    coupon_ending,
    customer_balance,
    customer_sources,
    customers,
    ephemeral_keys,
    exchange_rates,
    file_links,
    files,
    payout_answers,
    payout_reconciliation,
    payouts,
    tax_ids,
    topups,
)
from bezant.resources.core.coupon import CLOSE_JOB
from bezant.resources.core.discount import OVER_JOB
from bezant.resources.core.later import Doer
from bezant.resources.core.payout import FEE_JOB
from bezant.resources.core.promotion_code import EXPIRE_JOB
from bezant.resources.ledger import accounts as ledger_accounts
from bezant.resources.ledger import balance as ledger_balance
from bezant.resources.ledger import batch as ledger_batch
from bezant.resources.ledger import entries as ledger_entries
from bezant.resources.ledger import statement as ledger_statement
from bezant.resources.ledger import trial_balance as ledger_trial_balance
from bezant.resources.payments import (
    amount_details_line_items,
    ask_card,
    capturing,
    cash_funding,
    cash_losses,
    charges,
    claiming,
    confirmation_tokens,
    debit_answers,
    debit_losses,
    debiting,
    dispute_deadline,
    dispute_told,
    disputes,
    early_fraud_warning,
    mandate_answers,
    mandates,
    microdeposit,
    orphans,
    payment_intents,
    payment_methods,
    pushing,
    refund_by_bank,
    refund_cash,
    refund_promised,
    refund_told,
    refund_undone,
    refunds,
    return_page,
    returning,
    setting_up_banks,
    setup_attempts,
    setup_intents,
)
from bezant.resources.payments.asking import UNDO_JOB
from bezant.resources.payments.following import FOLLOW_JOB
from bezant.resources.payments.orphans import OrphanFinder
from bezant.resources.payments.undoing import Fence, Payment, Undoer
from bezant.resources.radar import (
    early_fraud_warnings,
    reviews,
    rules,
    value_list_items,
    value_lists,
)
from bezant.resources.reporting import report_runs, report_types
from bezant.resources.reporting.run_report import ReportRunner
from bezant.resources.stripecli import sessions as cli_sessions
from bezant.resources.test_helpers import clock, simulations, test_clocks
from bezant.resources.webhooks import (
    event_destinations,
    events,
    thin_events,
    webhook_deliveries,
    webhook_endpoints,
    webhook_resends,
    webhook_targets,
)
from bezant.server.rails import rails_with
from bezant.server.world import WORLD
from bezant.workers.poll_cards import CardHandlers
from bezant.workers.resend import Resender
from bezant.workers.run_jobs import Handler

ROUTES: Sequence[Routes] = (
    accounts.routes,
    capabilities.routes,
    external_accounts.routes,
    persons.routes,
    account_links.routes,
    account_links.logins,
    account_sessions.routes,
    v2_account_links.routes,
    v2_accounts.routes,
    v2_persons.routes,
    v2_tokens.of_accounts,
    v2_tokens.of_persons,
    transfers.routes,
    transfer_reversals.routes,
    reserve_plans.routes,
    reserve_holds.routes,
    reserve_releases.routes,
    application_fees.routes,
    application_fees.refunds,
    payouts.routes,
    payout_reconciliation.routes,
    topups.routes,
    balance.routes,
    balance_transactions.routes,
    customers.routes,
    customer_sources.routes,
    tax_ids.routes,
    tax_ids.of_customer,
    ephemeral_keys.routes,
    cash_balance.routes,
    cash_balance_transactions.routes,
    cash_funding.routes,
    cash_funding.instructions,
    customer_balance.routes,
    country_specs.routes,
    exchange_rates.routes,
    files.routes,
    file_links.routes,
    balance_settings.routes,
    tokens.routes,
    payment_methods.routes,
    payment_methods.of_customer,
    payment_intents.routes,
    amount_details_line_items.routes,
    setup_intents.routes,
    setup_attempts.routes,
    mandates.routes,
    confirmation_tokens.routes,
    charges.routes,
    refunds.routes,
    disputes.routes,
    early_fraud_warnings.routes,
    value_lists.routes,
    value_list_items.routes,
    rules.routes,
    reviews.routes,
    products.routes,
    prices.routes,
    coupons.routes,
    invoice_items.routes,
    invoice_lines.routes,
    invoice_payments.routes,
    invoices.routes,
    subscription_items.routes,
    subscriptions.routes,
    promotion_codes.routes,
    sessions.routes,
    sessions.line_items,
    sessions.pages,
    payment_links.routes,
    payment_links.line_items,
    events.routes,
    thin_events.routes,
    event_destinations.routes,
    webhook_endpoints.routes,
    webhook_targets.routes,
    webhook_deliveries.routes,
    webhook_resends.routes,
    request_logs.routes,
    error_groups.routes,
    movements.routes,
    unclaimed.routes,
    recalls.routes,
    account_checks.routes,
    book_transfers.routes,
    bank_files.routes,
    report_types.routes,
    report_runs.routes,
    cli_sessions.routes,
    clock.routes,
    test_clocks.routes,
    simulations.routes,
    ledger_accounts.routes,
    ledger_entries.routes,
    ledger_batch.routes,
    ledger_balance.routes,
    ledger_statement.routes,
    ledger_trial_balance.routes,
)

PRODUCTS = (
    payout_answers.handler,
    topups.handler,
    cash_balance_transactions.handler,
    debit_answers.handler,
    mandate_answers.handler,
    microdeposit.handler,
    pushing.handler,
    refund_by_bank.handler,
    errand.handler,
    account_checks.handler,
)
HANDLERS: Handlers = {handler.subject.kind(): handler for handler in PRODUCTS}


def connected_banks(folder: Path | None = None, modulus_table: Path | None = None) -> Banks:
    """Return the banks of a platform: the simulated ones, in test mode, and those of a folder.

    With a table of sort codes, British account numbers are checked by it.
    """
    rails = rails_with(modulus_table)
    return Banks((*WORLD, *(load_folder(folder, rails) if folder is not None else ())), rails)


CARD_HANDLERS: CardHandlers = {
    Decided: dispute_told.decided,
    Disputed: dispute_told.disputed,
    FraudWarning: early_fraud_warning.fraud_warned,
    RefundTold: refund_told.refund_told,
}
"""Who deals with what an acquirer's files bring up, by the type of notice."""


CARD_FENCES: Mapping[str, Fence] = {"cs": session_fence, "in": invoice_fence}
"""What besides intents counts the names under which an acquirer is asked, by the prefix of ids."""
CARD_PAYMENTS: Mapping[str, Payment] = {"in": intent_behind}
"""How the intent is found behind what a call has answered with, by the prefix of that's id."""


def engine_over(banks: Banks) -> Engine:
    """Return the engine that moves money over some banks for all products."""
    return Engine(banks, HANDLERS)


def jobs_of(runtime: Runtime) -> Mapping[str, Handler]:
    """Return what runs each kind of job."""
    sessions_of = SessionJobs(runtime)
    return {
        FOLLOW: Follower(runtime).run,
        webhook_resends.JOB: Resender(runtime),
        reserve_plans.JOB: reserve_plans.PlanFollower(runtime).run,
        report_runs.JOB: ReportRunner(runtime).run,
        test_clocks.JOB: test_clocks.arrivals(runtime),
        standing.VERIFY: AccountReviewer(runtime).verify,
        standing.REVIEW: AccountReviewer(runtime).review,
        bank_accounts.SHOW_JOB: AccountReviewer(runtime).show_banks,
        payout_answers.BANK_FAILED: AccountReviewer(runtime).bank_failed,
        ask_card.JOB: ask_card.CardAsker(runtime).run,
        UNDO_JOB: Undoer(runtime, CARD_FENCES, CARD_PAYMENTS).run,
        orphans.HELD_JOB: OrphanFinder(runtime, CARD_FENCES).held,
        orphans.GIVEN_JOB: OrphanFinder(runtime, CARD_FENCES).given,
        refund_told.EARLY_JOB: refund_told.EarlyNews(runtime).run,
        capturing.EXPIRY_JOB: capturing.Expirer(runtime).run,
        dispute_told.DEADLINE_JOB: dispute_deadline.DisputeExpirer(runtime).run,
        CLOSE_JOB: Doer(runtime, coupon_ending.closed).run,
        EXPIRE_JOB: Doer(runtime, coupon_ending.expired).run,
        OVER_JOB: Doer(runtime, coupon_ending.discount_over).run,
        **{
            kind: Doer(runtime, work).run
            for kind, work in {**invoice_jobs.WORK, **renewing.WORK, **upcoming.WORK}.items()
        },
        SESSION_EXPIRY_JOB: sessions_of.expire,
        FOLLOW_JOB: sessions_of.follow,
        debiting.CLEAR_JOB: Doer(runtime, debiting.cleared).run,
        debiting.FAIL_JOB: Doer(runtime, debiting.failed).run,
        debiting.LOSE_JOB: Doer(runtime, debit_losses.lost).run,
        mandate_answers.STAND_JOB: Doer(runtime, mandate_answers.stood).run,
        mandate_answers.CHANGED_JOB: Doer(runtime, mandate_answers.changed).run,
        microdeposit.FAIL_JOB: Doer(runtime, setting_up_banks.failed).run,
        microdeposit.TIMEOUT_JOB: Doer(runtime, setting_up_banks.timed_out).run,
        pushing.EXPIRE_JOB: Doer(runtime, pushing.expired).run,
        pushing.PAID_JOB: Doer(runtime, pushing.paid).run,
        received.CAME_JOB: claiming.Claimer(runtime).run,
        FEE_JOB: Doer(runtime, payout_fees.given_back).run,
        refund_promised.BEGIN_JOB: Doer(runtime, refund_by_bank.begun).run,
        refund_undone.RESTORE_JOB: Doer(runtime, refund_undone.restore).run,
        returning.TELL_JOB: Doer(runtime, return_page.write_letter).run,
        returning.EXPIRE_JOB: Doer(runtime, refund_cash.expired).run,
        returning.GIVE_UP_JOB: Doer(runtime, refund_cash.given_up).run,
        cash_transaction.OLD_JOB: Doer(runtime, refund_cash.return_old).run,
        cash_transaction.REVERSE_JOB: Doer(runtime, cash_losses.reversed_).run,
    }
