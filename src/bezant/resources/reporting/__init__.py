"""Reports: each is one small file of SQL and columns, run by a job into a file."""
