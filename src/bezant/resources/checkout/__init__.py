"""Selling by page: products, prices, checkout sessions, payment links, and the page itself."""
