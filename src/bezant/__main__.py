"""`python -m bezant`, which is the command line."""

from bezant.cli import main

if __name__ == "__main__":
    main()
