"""Stripe's conventions over HTTP: what comes in becomes typed, what goes out is in their shape."""
