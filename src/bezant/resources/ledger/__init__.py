"""The ledger's own API: accounts, entries, batches, balances in time, statements."""
