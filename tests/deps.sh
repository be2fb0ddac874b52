#!/bin/sh
# deps.sh - installs the Debian packages named as arguments, but only those that are missing: with nothing missing it
# needs no network, no root and no time.
set -u

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "deps: this is not a Debian system; please see that these are installed: $*" >&2
    exit 0
fi
missing=
for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "deps: missing:$missing" >&2
    echo "deps: please run as root:  apt-get install$missing" >&2
    exit 1
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; }; then
    echo "deps: apt could not install:$missing" >&2
    exit 1
fi
