"""Risk: warnings of fraud, reviews, lists of values, and the rules that payments are held to."""
