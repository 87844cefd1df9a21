#!/bin/sh
# Makes sure that there is a Chromium for the tests of this folder: names the one found, else installs Debian's as root.
set -eu

for name in ${SCOREPROOF_BROWSER:-chromium chromium-browser google-chrome chrome}; do
    if path=$(command -v "$name"); then
        echo "browser: $path"
        exit 0
    fi
done

if [ -n "${SCOREPROOF_BROWSER:-}" ]; then
    echo "SCOREPROOF_BROWSER=$SCOREPROOF_BROWSER cannot be run: name a Chromium, or unset it" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "no Chromium on PATH: install one (Debian, Ubuntu: apt-get install chromium)," \
        "or set SCOREPROOF_BROWSER to the path of one" >&2
    exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
echo "browser: $(command -v chromium)"
