#!/usr/bin/env python
"""The same as the `laurel` console script."""

from config.cli import main

if __name__ == "__main__":
    main()
