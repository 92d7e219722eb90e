#!/bin/sh
# Makes sure that page tests find a Chromium: the system's, else Debian's, else Playwright's own.
set -u
bin=$1
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
    command -v chromium >/dev/null 2>&1 && exit 0
fi
"$bin/python" -m playwright install chromium && exit 0
echo "No Chromium could be had: tests of pages will be skipped, and fail where CI is set." >&2
