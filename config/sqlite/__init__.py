"""SQLite as Laurel runs it: Django's backend, with the library's true limits."""
