"""How large a picture may be, in every direction. Far above what badges need, far below harm."""

import threading

MAX_BYTES = 4 * 1024 * 1024  # an upload of either kind
MAX_PIXELS = 4096 * 4096  # a PNG, before it is shrunk: 64 MB decoded

SQUARE = (400, 400)  # the normalised PNG, and the square rendering
WIDE = (764, 400)  # 1.91:1, as the previews of social sites want it

MAX_SVG_BYTES = 1024 * 1024
MAX_SVG_RESULT_BYTES = 2 * 1024 * 1024  # cleaning may grow what is embedded
MAX_ELEMENTS = 10_000
MAX_ATTRIBUTES = 60_000
MAX_DEPTH = 100
MAX_REFERENCE_DEPTH = 150  # elements inside references inside elements
MAX_COST = 60_000  # elements to draw, once every reference is followed
MAX_TEXT = 20_000  # characters to draw
MAX_NUMBER = 1e6  # any coordinate, length or factor
MAX_RULES = 2_000
MAX_RULE_MATCHES = 4_000_000  # selectors times elements
MAX_EMBEDDED_PIXELS = 4_000_000  # all pictures in an SVG together
# Pictures that one process works on at a time: each may take a hundred megabytes.
AT_ONCE = threading.BoundedSemaphore(2)
