#!/bin/sh
# http_files_check.sh PROGRAM: its own check; and, if there is curl, whether curl gets from it what is in the files.
set -eu
"$1"
command -v curl >/dev/null || { echo "there is no curl: nothing more is checked"; exit 0; }

folder=$(mktemp -d)
server=''
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT
mkdir "$folder/www"
seq 100000 >"$folder/www/numbers.txt"
echo hello >"$folder/www/index.html"
echo secret >"$folder/secret"

"$1" "$folder/www" 0 >"$folder/said" &
server=$!
tries=0
until grep -q http "$folder/said"; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "the server does not say where it is"; exit 1; }
    sleep 0.05
done
at=$(sed -n 's/^listening at //p' "$folder/said")

fail() { echo "$1"; exit 1; }
ask() { curl --silent --show-error --max-time 20 --noproxy '*' "$@"; }
ask "${at}numbers.txt" | cmp - "$folder/www/numbers.txt" || fail "the file has changed on its way"
[ "$(ask "$at")" = hello ] || fail "the index"
[ "$(ask --range 2-5 "${at}numbers.txt")" = "$(head -c 6 "$folder/www/numbers.txt" | tail -c 4)" ] || fail "a range"
[ "$(ask --path-as-is -o /dev/null -w '%{http_code}' "${at}../secret")" = 404 ] || fail "a file outside was served"
[ "$(ask -o /dev/null -w '%{http_code}' "${at}nothing")" = 404 ] || fail "404"
[ "$(ask -o /dev/null -w '%{http_code}' --range 1000000- "${at}numbers.txt")" = 416 ] || fail "416"
[ "$(ask -I -o /dev/null -w '%{http_code}' "${at}numbers.txt")" = 200 ] || fail "HEAD"
connects=$(ask -o /dev/null -o /dev/null -w '%{num_connects}' "$at" "${at}numbers.txt")
[ "$connects" = 10 ] || fail "the connection was not kept"

kill -INT "$server"
wait "$server" || fail "the server does not end well"
server=''
echo "curl is content"
