#!/bin/bash
# free_port.sh - prints a port of 127.0.0.1 that nobody listens on, below those that the kernel gives to outgoing connections:
# a server may be stopped and started there again while other tests connect to theirs.
for _ in {1..200}; do
    port=$((20000 + (RANDOM * 32768 + RANDOM + $$) % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        echo $port
        exit 0
    fi
done
exit 1
