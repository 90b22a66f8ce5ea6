"""`python -m config` is the `laurel` command, for processes that start one another."""

from config.cli import main

main()
