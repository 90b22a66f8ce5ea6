"""What may stand in an SVG: elements, attributes, CSS properties and functions. Nothing else does.

Case counts: SVG's names are case-sensitive, and so are these.
"""

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT = _words("text tspan textPath")
READ = _words("title desc")  # read out, not drawn
SHAPES = _words("path rect circle ellipse line polyline polygon")
GRADIENTS = _words("linearGradient radialGradient")
FILTERS = _words(
    "filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix"
    " feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB"
    " feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight"
    " feSpecularLighting feSpotLight feTile feTurbulence"
)
ELEMENTS = (
    TEXT
    | READ
    | SHAPES
    | GRADIENTS
    | FILTERS
    | _words("svg g defs symbol use switch style image stop pattern clipPath mask marker")
)

# Where a reference may stand. `image` holds a picture; the others point within the document.
REFERRING = GRADIENTS | _words("use textPath pattern")

# Numbers, lengths, coordinates, transformations.
NUMERIC = _words(
    "amplitude azimuth baseFrequency bias cx cy d diffuseConstant divisor dx dy elevation exponent"
    " fr fx fy gradientTransform height intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength"
    " limitingConeAngle markerHeight markerWidth numOctaves offset order pathLength"
    " patternTransform points pointsAtX pointsAtY pointsAtZ r radius refX refY rotate rx ry scale"
    " seed slope specularConstant specularExponent startOffset stdDeviation surfaceScale"
    " tableValues targetX targetY textLength transform values viewBox width x x1 x2 y y1 y2"
    " z"
)

# Some numbers are work for whoever draws: these have lower ceilings.
CEILINGS = {"numOctaves": 12.0, "order": 15.0, "stdDeviation": 2000.0, "radius": 2000.0}

# Words: names, kinds, units of measure.
WORDS = _words(
    "aria-hidden aria-label aria-labelledby class clipPathUnits edgeMode filterUnits"
    " gradientUnits id in in2 lengthAdjust markerUnits maskContentUnits maskUnits method mode"
    " operator orient patternContentUnits patternUnits preserveAlpha preserveAspectRatio"
    " primitiveUnits requiredExtensions requiredFeatures result role side spacing spreadMethod"
    " stitchTiles systemLanguage type version xChannelSelector yChannelSelector"
)

# Both as presentation attributes and in CSS.
PROPERTIES = _words(
    "alignment-baseline baseline-shift clip-path clip-rule color color-interpolation"
    " color-interpolation-filters color-rendering direction display dominant-baseline fill"
    " fill-opacity fill-rule filter flood-color flood-opacity font font-family font-kerning"
    " font-size font-size-adjust font-stretch font-style font-variant font-variant-caps"
    " font-variant-ligatures font-variant-numeric font-weight image-rendering isolation"
    " letter-spacing lighting-color line-height marker marker-end marker-mid marker-start mask"
    " mask-type mix-blend-mode opacity overflow paint-order shape-inside shape-rendering stop-color"
    " stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin"
    " stroke-miterlimit stroke-opacity stroke-width text-align text-anchor text-decoration"
    " text-rendering text-transform transform-box transform-origin unicode-bidi vector-effect"
    " visibility white-space word-spacing writing-mode"
)
CSS_PROPERTIES = PROPERTIES | {"background", "background-color", "transform"}

FUNCTIONS = _words(
    "rgb rgba hsl hsla hwb lab lch oklab oklch matrix translate translatex translatey scale scalex"
    " scaley rotate skewx skewy blur brightness contrast drop-shadow grayscale hue-rotate invert"
    " opacity saturate sepia"
)
