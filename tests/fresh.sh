#!/bin/bash
# fresh.sh - does what README.md says work on a new machine? As root, with the network; takes some minutes.
#
#     tests/fresh.sh                  README's commands (`make demo`, `make check`)
#     tests/fresh.sh "make deps all"  other ones
#
# A clean Debian 12 is made by debootstrap in a temporary folder, from the mirror this machine's apt uses and with its
# apt settings, keys and certificates, so that nothing about the network is written here. Into it go git, make and a
# clone of the last commit; then the commands run there as they would for a newcomer. Uncommitted work does not count.
set -eu
suite=bookworm
here=$(cd "$(dirname "$0")/.." && pwd)

die() { echo "fresh: $*" >&2; exit 1; }

if [ "$(id -u)" -ne 0 ]; then die "please run as root (debootstrap and chroot need it)"; fi
if [ -z "${FRESH_INSIDE:-}" ]; then
    # Own mounts and processes: both end with this script, however it ends.
    root=$(mktemp -d "${TMPDIR:-/var/tmp}/chibo-fresh-XXXXXX")
    trap 'rm -rf --one-file-system "$root"' EXIT
    FRESH_INSIDE=$root unshare --mount --propagation private --pid --fork --kill-child bash "$0" "$@"
    exit
fi
root=$FRESH_INSIDE

if [ $# -eq 0 ]; then
    mapfile -t commands < <(grep -oE '^ *make (demo|check)\b' "$here/README.md" | sed 's/^ *//' | awk '!seen[$0]++')
    [ "${#commands[@]}" -eq 2 ] || die "README.md does not name the two commands on lines of their own"
else
    commands=("$@")
fi

mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v suite="$suite" '$1 == suite && $2 == "main" { print $3; exit }')
[ -n "$mirror" ] || die "apt on this machine knows no Debian $suite"
proxy=
eval "$(apt-config shell proxy Acquire::http::Proxy)"
if [ -n "$proxy" ]; then export http_proxy=${http_proxy:-$proxy}; fi

echo "fresh: a clean $suite"
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; die "debootstrap failed"; }
rm -f "$root.log"
rm -rf "$root/etc/apt"
cp -a /etc/apt "$root/etc/apt"
for path in /usr/share/keyrings /usr/local/share/ca-certificates /etc/ssl/certs; do
    [ -d "$path" ] && mkdir -p "$root$path" && cp -aL "$path/." "$root$path/" 2>/dev/null || true
done
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

git -c safe.directory='*' clone -q --no-hardlinks "$here" "$root/srv/chibo"

inside() {
    env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} chroot "$root" /bin/sh -c "$1"
}

echo "fresh: git and make"
inside 'apt-get update -q >/tmp/apt.log 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
    --no-install-recommends git make >>/tmp/apt.log 2>&1' || { tail -n 20 "$root/tmp/apt.log" >&2; die "apt failed"; }
passed=0
for command in "${commands[@]}"; do
    echo "fresh: $command"
    inside "cd /srv/chibo && $command" || {
        echo "fresh: $passed passed, 1 failed"
        die "'$command' failed in a clean root"
    }
    passed=$((passed + 1))
done
echo "fresh: $passed passed, 0 failed"
