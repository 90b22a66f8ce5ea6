"""Cards: the pictures that previews of our pages show, 1200 by 630, with badge and issuer by name.

Never a person. `drawing` composes, `fonts` says what can be written, `making` keeps the files.
"""
