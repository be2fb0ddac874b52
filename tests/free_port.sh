#!/bin/bash
# free_port.sh - prints a port of 127.0.0.1 that nobody listens on and that no other test was given in the last two hours,
# below those that the kernel gives to outgoing connections: a server may be stopped and started there again while other
# tests look for ports and connect to theirs.
given=${TMPDIR:-/tmp}/chibo-ports-$UID
mkdir -p "$given" || exit 1
find "$given" -type f -mmin +120 -delete 2>/dev/null
set -C # a file is made by one only
for _ in {1..500}; do
    port=$((20000 + (RANDOM * 32768 + RANDOM + $$) % 12000))
    if { : >"$given/$port"; } 2>/dev/null && ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        echo $port
        exit 0
    fi
done
exit 1
