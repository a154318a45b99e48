"""Selling by page: checkout sessions, payment links, and the page itself."""
