"""Banks in the API: movements of money, the files behind them, and what nobody claims."""
