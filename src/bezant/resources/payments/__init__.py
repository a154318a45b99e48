"""Payments that an account has received."""
