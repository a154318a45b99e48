"""The rails: one folder each, pure code, none knowing of another."""
