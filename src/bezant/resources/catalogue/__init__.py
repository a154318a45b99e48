"""The catalogue: what an account sells, and what that costs."""
