#!/bin/sh
# follow.sh - print an organization's events as they come, one a line.
#
# Usage: follow.sh URL KEY_FILE CURSOR_FILE
#
# URL is that of /v1/events.  CURSOR_FILE is made, and keeps the place: started
# again, it goes on there.  Needs curl and jq.
set -eu
url=$1 key_file=$2 cursor_file=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 143' TERM INT
field() { sed -n "s/^$1: *\\([^ ]*\\)\r\$/\\1/Ip" "$folder/head" | tail -n 1; }

while :; do
	: >"$folder/head"
	# A key in an argument could be read by everybody on the machine.
	status=$(printf 'header = "X-API-KEY: %s"\n' "$(cat "$key_file")" |
	    curl -sS -K - -m 90 -D "$folder/head" -o "$folder/page" \
	    -w '%{http_code}' "$url?wait=30&$(cat "$cursor_file" 2>/dev/null)") ||
	    status=000
	case $status in
	200) ;;
	000 | 429 | 5??)
		pause=$(field Retry-After)
		echo "follow.sh: $status, again in ${pause:-5} s" >&2
		sleep "${pause:-5}"
		continue ;;
	*) cat "$folder/page" >&2; exit 1 ;;
	esac
	gap=$(field Apitrail-Gap)
	[ -z "$gap" ] || echo "follow.sh: events before $gap are gone" >&2
	jq -c '.events[]' "$folder/page"
	# Only what was printed is passed; the file is whole at any moment.
	jq -r '.events | last // empty |
	    "startAfter=\(.stored_at)&startAfterId=\(.id)"' \
	    "$folder/page" >"$cursor_file.new"
	[ ! -s "$cursor_file.new" ] || mv "$cursor_file.new" "$cursor_file"
done
