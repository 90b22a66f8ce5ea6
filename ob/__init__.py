"""The Open Badges standard as pure functions: documents, identity hashes, baking, JSON-LD.

Facts in, dicts and bytes out. No Django, no settings, no network.
"""
