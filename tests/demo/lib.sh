# lib.sh - what the steps of the demo share: saying, claiming, running the two programs, reading JSON lines.

STEP="" STEPS=5 SERVER_PID="" RELAY_PID="" REPLY="" LINE="" TYPED_N=0
# Devices: folder, organisation, role, person. The clerk is first.
DEVICES="van-phong bi-thu-co-quan bi-thu-to-5 bi-thu-to-9 bi-thu-to-14 pho-to-14"
declare -A ORG_OF=([van-phong]=PHUONG [bi-thu-co-quan]=CB-001 [bi-thu-to-5]=CB-005 [bi-thu-to-9]=CB-009
    [bi-thu-to-14]=CB-014 [pho-to-14]=CB-014)
declare -A ROLE_OF=([van-phong]=clerk [bi-thu-co-quan]=secretary [bi-thu-to-5]=secretary [bi-thu-to-9]=secretary
    [bi-thu-to-14]=secretary [pho-to-14]=deputy)
declare -A HOLDER_OF=([van-phong]="Điêu Thị Ví Dụ" [bi-thu-co-quan]="Nguyễn Văn Mẫu" [bi-thu-to-5]="Lò Văn Thử"
    [bi-thu-to-9]="Quàng Thị Giả" [bi-thu-to-14]="Trần Đức Mẫu" [pho-to-14]="Phạm Thị Thử")
declare -A ORG_NAME=([CB-001]="Chi bộ cơ quan phường Tân Thanh" [CB-005]="Chi bộ Tổ dân phố 5"
    [CB-009]="Chi bộ Tổ dân phố 9" [CB-014]="Chi bộ Tổ dân phố 14")
declare -A ORG_TYPE=([CB-001]=AGENCY [CB-005]=TDP [CB-009]=TDP [CB-014]=TDP)
WARD_NAME="Đảng ủy phường Tân Thanh"

# ---- saying ----

step() {
    STEP="Bước $1/$STEPS: $2"
    printf '\n%s\n' "$STEP"
}
say() { printf '  %s\n' "$*"; }

fail() {
    printf '\n✗ %s\n  Không đúng như đã nói: %s\n' "$STEP" "$1" >&2
    [ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/    /' | head -n 20 >&2
    exit 1
}

# must CLAIM COMMAND...: the claim holds when the command succeeds.
must() {
    local claim=$1
    shift
    "$@" || fail "$claim" "$*"
}
equal() { [ "$1" = "$2" ] || { printf '    %s ≠ %s\n' "$1" "$2" >&2; return 1; }; }
at_most() { [ "$1" -le "$2" ]; }
at_least() { [ "$1" -ge "$2" ]; }
# 1234567 -> 1.234.567
dots() { printf '%s' "$1" | sed -e ':a' -e 's/\([0-9]\)\([0-9]\{3\}\)\(\.\|$\)/\1.\2\3/;ta'; }

# ---- JSON lines: the first member of this name: a string without quotes inside, or a number ----

json() {
    local string="\"$1\":\"([^\"]*)\"" other="\"$1\":([^\",}]*)"
    if [[ $2 =~ $string || $2 =~ $other ]]; then
        printf '%s' "${BASH_REMATCH[1]}"
    fi
}

# ---- the programs ----

HOMES="" # $DIR/may, or that of a copy
WARD=""  # $DIR/phuong
home() { printf '%s/%s' "$HOMES" "$1"; }

# typed TEXT...: keeps what a person would have typed
typed() { [ -z "${DEMO_TYPED:-}" ] || printf '%s\n' "$@" >>"$DEMO_TYPED"; }

# chibo DEVICE COMMAND...: the answer is in LINE; the status is the program's.
chibo() {
    local device=$1 command=$2
    shift 2
    LINE=$("$BUILD/chibo" "$command" --home "$(home "$device")" "$@" 2>"$DIR/loi.txt")
}

# record DEVICE KIND [--org CODE] FIELD=VALUE...: a new record, durable; its id is in REPLY.
record() {
    local device=$1 kind=$2 words=() value
    shift 2
    [ "$1" != --org ] || { words=(--org "$2"); shift 2; }
    for value in "$@"; do
        words+=(--set "$value")
        typed "${value#*=}"
    done
    chibo "$device" add "$kind" --json "${words[@]}" || fail "ghi được $kind trên máy $device" "$(cat "$DIR/loi.txt")"
    REPLY=$(json id "$LINE")
    [ ${#REPLY} = 32 ] || fail "bản ghi $kind mới có số hiệu" "$LINE"
    TYPED_N=$((TYPED_N + 1))
}

# change DEVICE ID FIELD=VALUE
change() {
    typed "${3#*=}"
    chibo "$1" edit "$2" --json --set "$3" || fail "sửa được trên máy $1" "$(cat "$DIR/loi.txt")"
    TYPED_N=$((TYPED_N + 1))
}

# sync DEVICE: nothing may be refused or held
sync_device() {
    chibo "$1" sync --json || fail "máy $1 đồng bộ được" "$(cat "$DIR/loi.txt")"
    must "không có gì của máy $1 bị từ chối" equal "$(json refused "$LINE")" 0
    must "không có gì của máy $1 phải chờ" equal "$(json held "$LINE")" 0
}

# sync_all DEVICE...: everyone, and says what moved.
sync_all() {
    local device
    for device in "$@"; do
        sync_device "$device"
        say "$(printf '%-15s gửi %3s, nhận %4s thay đổi; %7s byte đi, %7s byte về' "$device" "$(json sent "$LINE")" \
            "$(json received "$LINE")" "$(dots "$(json app_out "$LINE")")" "$(dots "$(json app_in "$LINE")")")"
    done
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# until_true TENTHS COMMAND...
until_true() {
    local i most=$1
    shift
    for ((i = 0; i < most; i++)); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

server_start() {
    local port
    port=$(sed -n "s/^nghe = .*://p" "$WARD/cau-hinh")
    "$BUILD/chibod" run "$WARD" >>"$DIR/may-chu.log" 2>&1 &
    SERVER_PID=$!
    until_true 600 listening "$port" || fail "máy chủ của phường chạy ở cổng $port" "$(tail -n 3 "$DIR/may-chu.log")"
}

# server_stop [SIGNAL]: TERM is the orderly end.
server_stop() {
    local signal=${1:-TERM} status
    [ -n "$SERVER_PID" ] || return 0
    kill -"$signal" "$SERVER_PID"
    wait "$SERVER_PID" 2>/dev/null
    status=$?
    SERVER_PID=""
    [ "$signal" = KILL ] || must "máy chủ dừng đúng cách" equal "$status" 0
}

relay_stop() {
    [ -n "$RELAY_PID" ] || return 0
    kill "$RELAY_PID" 2>/dev/null
    wait "$RELAY_PID" 2>/dev/null
    RELAY_PID=""
}

leave() {
    [ -z "$RELAY_PID" ] || kill "$RELAY_PID" 2>/dev/null
    [ -z "$SERVER_PID" ] || kill "$SERVER_PID" 2>/dev/null
    wait 2>/dev/null
}

# ---- the folder ----

begin_folder() {
    if [ -e "$DIR" ] && [ ! -e "$DIR/.demo" ]; then
        echo "demo: $DIR có sẵn và không phải của lần chạy trước; xin chọn chỗ khác bằng DEMO_DIR." >&2
        exit 1
    fi
    rm -rf "$DIR"
    mkdir -p "$DIR/may" || exit 1
    DIR=$(realpath "$DIR")
    : >"$DIR/.demo"
    HOMES=$DIR/may WARD=$DIR/phuong
    trap leave EXIT
    trap 'exit 130' INT TERM
    # Only the demo's bad link: a program of its own, so that it is built here.
    "${CC:-cc}" -O1 -o "$DIR/.day-mang" "$here/e2e/cutter.c" || exit 1
    printf 'SỔ CHI BỘ · chạy thử với tiến trình, TLS và ổ đĩa thật; mọi tên người là giả định\n'
}
