#!/bin/sh
# Makes a Firefox available to page tests where Debian's can be had; without one they are skipped.
set -u
for name in firefox firefox-esr; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq firefox-esr >/dev/null
    command -v firefox-esr >/dev/null 2>&1 && exit 0
fi
echo "No Firefox could be had: pages will be tested in Chromium only." >&2
