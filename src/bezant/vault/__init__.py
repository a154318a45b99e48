"""The vault: the one place where card numbers are kept, sealed, under a role of its own."""
