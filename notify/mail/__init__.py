"""A mail from its facts: wording, text and HTML, headers, and the way out. Writes nothing."""
