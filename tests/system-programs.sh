#!/bin/sh
# Programs that tests need and pip cannot install: a real browser, a witness of system calls, what
# OAuth clients in JavaScript and in a shell run in, brokers (tests start their own).
set -eu
missing=""
for program in chromium strace npm curl openssl redis-server rabbitmq-server; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
command -v node >/dev/null || missing="$missing nodejs"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$missing for the tests ..."
    # shellcheck disable=SC2086 # several words are several packages
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
    exit 0
fi
echo "The tests need$missing: install them with your system's packages and run make test again."
exit 1
