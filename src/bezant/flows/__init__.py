"""Flows: what each way of moving money writes down; pure states and entries, one file each."""
