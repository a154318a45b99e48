"""The schemes: one rail each from the bank's side, with readers and writers of their own."""
