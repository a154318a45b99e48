"""Workers: what happens without a request. Each does one step in `run_once`; loops repeat it."""
