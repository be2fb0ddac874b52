#!/bin/bash
# server.sh - chibod as an operator uses it: commands with and without the daemon, statuses, words, the orderly end.
set -u
cd "$(dirname "$0")/../.." || exit 1
chibod=${BUILD:-build}/chibod
export CHIBO_LANG=en
home=$(mktemp -d)
passed=0 failed=0 daemon=
trap '[ -n "$daemon" ] && kill -9 "$daemon" 2>/dev/null; rm -rf "$home"' EXIT
d=$home/phuong

# is WHAT GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not so: %s: got "%s", wanted "%s"\n' "$1" "$2" "$3"
    fi
}

# gives STATUS WORDS COMMAND...: the status, and words on stdout or stderr
gives() {
    local status=$1 words=$2 got
    shift 2
    got=$(timeout 60 "$@" 2>&1 </dev/null)
    is "status of $*" "$?" "$status"
    case $got in
        *"$words"*) passed=$((passed + 1)) ;;
        *) failed=$((failed + 1)) && printf 'not so: %s: "%s" has no "%s"\n' "$*" "$got" "$words" ;;
    esac
}

# Waits for what a command shows, not for a time; a minute at most.
until_true() {
    local n=0
    until "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt 6000 ] || return 1
        read -r -t 0.01 _ <> <(:)
    done
    return 0
}

start() {
    : >"$home/log" # before the daemon begins: an older "ready" is none
    "$chibod" run "$d" 2>"$home/log" </dev/null &
    daemon=$!
    until_true grep -q event=ready "$home/log" || is "the daemon begins" "$(tail -n 2 "$home/log")" ready
}

stop() {
    kill -TERM "$daemon"
    wait "$daemon"
    is "status of the daemon after SIGTERM" "$?" 0
    daemon=
}

port=$(bash tests/free_port.sh)

# ---- words and statuses
gives 2 "chibod khoi-tao" "$chibod"
gives 0 "tong-hop" "$chibod" --help
gives 0 "chibod 0" "$chibod" --version
gives 2 'no command "tong-hp"' "$chibod" tong-hp
gives 2 'Was "tong-hop" meant?' "$chibod" tong-hp
gives 0 "--nghe" "$chibod" init --help
gives 2 "required" "$chibod" init "$d" --name Phường
gives 2 "does not fit" "$chibod" init "$d" --name Phường --listen 7440
gives 2 "--ten: a required field is missing" "$chibod" init "$d" --name "  " --listen "127.0.0.1:$port"
gives 2 "not valid UTF-8" "$chibod" init "$d" --name $'Ph\xff' --listen "127.0.0.1:$port"
is "nothing was made" "$(ls -A "$home")" ""
gives 10 "$d: there is no book here" "$chibod" overview "$d"
gives 2 '?[31m' "$chibod" $'x\x1b[31m'
gives 10 '?[31m' "$chibod" overview $'x\x1b[31m'
gives 10 "no book here" "$chibod" run "$d"
gives 0 "" "$chibod" init "$d" --name "Phường Tân Thanh" --listen "127.0.0.1:$port"
gives 2 "exists already" "$chibod" khoi-tao "$d" --ten Khác --nghe "127.0.0.1:$port"
is "mode of the folder" "$(stat -c %a "$d")" 700
is "files others may touch" "$(find "$d" -type f ! -perm 600)" ""

# ---- the same commands, without and with the daemon
commands() {
    gives 0 "" "$chibod" org "$d" add --code "CB-$1" --name "Tổ dân phố $1" --type TDP
    gives 2 "CB-$1: it exists already" "$chibod" org "$d" add --code "CB-$1" --name "Tổ" --type TDP
    gives 2 "--ma: this value does not fit" "$chibod" org "$d" add --code "cb-$1" --name "Tổ" --type TDP
    gives 2 "(AGENCY TDP SCHOOL ENTERPRISE ARMED)" "$chibod" org "$d" add --code "CB-9" --name "Tổ" --type WARD
    gives 2 "--loai: a required field" "$chibod" org "$d" add --code "CB-9" --name "Tổ"
    gives 2 "(them, liet-ke, " "$chibod" org "$d" remove
    gives 0 "Tổ dân phố $1" "$chibod" don-vi "$d" liet-ke
    gives 2 "--vai-tro: this value does not fit (clerk" "$chibod" invite "$d" --org "CB-$1" --role boss --person A
    gives 2 "CB-404: There is no organisation with this code." "$chibod" invite "$d" --org CB-404 --role clerk --person A
    gives 2 "too great" "$chibod" invite "$d" --org "CB-$1" --role clerk --person A --days 400
    gives 2 "does not fit" "$chibod" invite "$d" --org "CB-$1" --role clerk --person A --days 0
    invite=$("$chibod" invite "$d" --org "CB-$1" --role secretary --person "Nguyễn Văn Đạt" 2>/dev/null)
    is "the invite stands alone" "$(echo "$invite" | grep -cE '^CHIBO1(-[A-Z2-7]{1,5})+$')" "$(echo "$invite" | wc -l)"
    gives 0 "CB-$1  Tổ dân phố $1  never" "$chibod" overview "$d"
    gives 0 '"code":"CB-'"$1"'","name":"Tổ dân phố '"$1"'","type":"TDP","devices":0,"contact":null,"meetings":0' \
        "$chibod" tong-hop "$d" --json
    gives 0 "Enrolled" "$chibod" devices "$d"
    gives 2 "does not fit" "$chibod" revoke "$d" 12345
    gives 2 "does not fit" "$chibod" revoke "$d" nohex1
    gives 2 "abcdef: There is no device with this number." "$chibod" revoke "$d" abcdef
}
commands 1
start
commands 2
is "mode of the socket" "$(stat -c %a "$d/chibod.sock")" 600
gives 11 "another program" "$chibod" run "$d"
is "organisations" "$("$chibod" org "$d" list --json | wc -l)" 3
for i in 1 2 3 4 5 6 7 8; do
    "$chibod" org "$d" add --code "X-$i" --name "X $i" --type SCHOOL >/dev/null &
    adders[i]=$!
done
for i in 1 2 3 4 5 6 7 8; do
    wait "${adders[i]}"
    is "one of eight at once" "$?" 0
done
is "organisations" "$("$chibod" org "$d" list --json | wc -l)" 11

# ---- who knocks and is none of ours
/usr/bin/python3 - "$port" "$d/chibod.sock" <<'PYTHON'
import socket, struct, sys
for data in (b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\xff\xff" + bytes(100), b""):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(data)
    s.close()
for data in (b"", b"\0", struct.pack(">I", 1 << 31), struct.pack(">I", 3) + b"abc", struct.pack(">I", 0) + b"x"):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[2])
    s.sendall(data)
    if len(data) == 7:
        s.recv(100)
    s.close()
PYTHON
is "who knocked is gone" "$?" 0
gives 0 "CB-1" "$chibod" overview "$d"
stop
is "the socket is gone" "$(ls "$d/chibod.sock" 2>/dev/null)" ""
is "words of the log that are names" "$(grep -c 'Tổ\|Nguy\|CB-' "$home/log")" 0
logfmt='^time=[^ ]+ level=(info|warn|error) event=[a-z_]+( [a-z_]+=[^ ]*)+$'
is "lines of the log that are no logfmt" "$(grep -vcE "$logfmt" "$home/log")" 0

# ---- killed: what was answered is there, the socket left behind hinders nobody
start
"$chibod" org "$d" add --code LAST --name "Cuối" --type ARMED >/dev/null
kill -9 "$daemon"
wait "$daemon" 2>/dev/null # says "Killed"
daemon=
gives 0 "LAST" "$chibod" org "$d" list
start
gives 0 "LAST" "$chibod" org "$d" list
stop

# ---- two homes, one port
gives 0 "" "$chibod" init "$home/khac" --name Khác --listen "127.0.0.1:$port"
start
gives 2 "exists already (127.0.0.1:$port)" "$chibod" run "$home/khac"
stop
sed -i "s/^nghe = .*/nghe = 192.0.2.1:$port/" "$home/khac/cau-hinh"
gives 2 "192.0.2.1" "$chibod" run "$home/khac"
echo "mau = xanh" >>"$home/khac/cau-hinh"
gives 2 "cau-hinh" "$chibod" run "$home/khac"

# ---- damage, and what is newer
flip() {
    /usr/bin/python3 - "$1" "$2" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte ^ 4]))
PYTHON
}
for f in khoa-phuong khoa-ca ca.der khoa-tls tls.der khoa-so; do
    flip "$d/$f" 40
    gives 15 "damaged" "$chibod" overview "$d"
    flip "$d/$f" 40
done
gives 0 "CB-1" "$chibod" overview "$d"
cp -r "$d" "$home/ban-sao"
truncate -s 8192 "$home/ban-sao/so/data.mdb"
gives 15 "damaged" "$chibod" overview "$home/ban-sao"
gives 15 "damaged" "$chibod" run "$home/ban-sao"

# ---- Vietnamese unless told otherwise, also where no locale is set
unset CHIBO_LANG
LANG=C gives 10 "Ở đây chưa có sổ" "$chibod" tong-hop "$home/khong-co"
gives 0 "Mã" "$chibod" tong-hop "$d"

echo "server: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
