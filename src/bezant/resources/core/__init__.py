"""What every account has: its balance and its history, money in, money out, bank accounts."""
