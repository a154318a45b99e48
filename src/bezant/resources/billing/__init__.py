"""Billing: what customers owe again and again, or by invoice, and how it is collected."""
