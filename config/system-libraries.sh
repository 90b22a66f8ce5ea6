#!/bin/sh
# SVG badges are drawn by the system library libcairo2, the one thing pip cannot install.
set -eu
if python3 -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("cairo"))'; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing libcairo2 ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libcairo2 >/dev/null
    exit 0
fi
cat <<'TEXT'
Laurel draws SVG badges with the system library cairo, which is missing. Install it and run make again:
  Debian, Ubuntu   sudo apt-get install libcairo2
  Fedora           sudo dnf install cairo
  Alpine           sudo apk add cairo
  macOS            brew install cairo
TEXT
exit 1
