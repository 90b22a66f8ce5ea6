"""`make bench`: how fast, as ratios of one run. Prints a table and writes docs/performance.md."""
