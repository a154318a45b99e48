"""Accounts of a platform, and money between them."""
