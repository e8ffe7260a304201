#!/bin/sh
# http_files_check.sh PROGRAM: its own check; and, if there is curl, whether curl gets from it what is in the files; and, if
# there is chromium, whether that shows a page.
set -eu
"$1"
command -v curl >/dev/null || { echo "there is no curl: nothing more is checked"; exit 0; }

folder=$(mktemp -d)
server=''
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT
mkdir "$folder/www"
seq 100000 >"$folder/www/numbers.txt"
echo hello >"$folder/www/index.html"
cat >"$folder/www/page.html" <<'page'
<!DOCTYPE html><title>served</title><p id="p">before</p><script src="page.js"></script>
page
echo 'document.getElementById("p").textContent = "the script " + "has run"' >"$folder/www/page.js"
echo secret >"$folder/secret"

"$1" "$folder/www" 0 >"$folder/said" &
server=$!
tries=0
until grep -qs http "$folder/said"; do
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

# What is compressed, if the program can do that.
coding() { ask -o /dev/null -D - "$@" | tr -d '\r' | sed -n 's/^content-encoding: //ip'; }
for asked in --http1.1 --http1.0 '--http1.1 --range 100000-199999'; do
    # shellcheck disable=SC2086  # two words
    ask $asked "${at}numbers.txt" >"$folder/plain"
    # shellcheck disable=SC2086
    ask $asked --compressed "${at}numbers.txt" | cmp - "$folder/plain" || fail "compressed, it is something else: $asked"
done
case $(coding --compressed "${at}numbers.txt") in
gzip)
    [ -z "$(coding --http1.0 --compressed "${at}numbers.txt")" ] || fail "chunks for a client that does not know them"
    [ -z "$(coding --range 2-5 --compressed "${at}numbers.txt")" ] || fail "a compressed range"
    [ -z "$(coding "${at}numbers.txt")" ] || fail "compressed, though nobody asked for that"
    [ "$(coding -I --compressed "${at}numbers.txt")" = gzip ] || fail "HEAD says something else than GET"
    ask -H 'Accept-Encoding: gzip' "${at}numbers.txt" | gzip -dc | cmp - "$folder/www/numbers.txt" || fail "gzip refuses it"
    ;;
'') echo "it was built without zlib: nothing is compressed" ;;
*) fail "a coding that nobody asked for" ;;
esac

if browser=$(command -v chromium); then
    "$browser" --headless --no-sandbox --disable-gpu --no-proxy-server --user-data-dir="$folder/profile" --timeout=20000 \
        --dump-dom "${at}page.html" >"$folder/shown" 2>"$folder/errors" || { cat "$folder/errors"; fail "the browser fails"; }
    grep -q 'the script has run' "$folder/shown" || { cat "$folder/shown"; fail "the browser does not show the page"; }
    echo "the browser shows the page"
else
    echo "there is no chromium: what a browser shows is not checked"
fi

kill -INT "$server"
wait "$server" || fail "the server does not end well"
server=''
echo "every client is content"
