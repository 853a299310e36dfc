#!/bin/bash
# Starts a PostgreSQL of its own in a temporary directory, runs hazard.js or fixed.js on it, stops it.
#   run.sh [hazard|fixed] [--install]     exit code 77: PostgreSQL is not installed
cd "$(dirname "$0")" || exit 1
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ] && [ "$2" = --install ]; then
  apt-get install -y postgresql >&2 && exec "$0" "$1"
fi
if [ -z "$bin" ]; then
  echo 'skipped: needs PostgreSQL (apt-get install postgresql, or this script with --install)' >&2
  exit 77
fi

# the server refuses to run as root
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=postgres --regid=postgres --clear-groups); fi
data=$(mktemp -d)
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$data/db" -m immediate -w stop >/dev/null 2>&1
  rm -rf "$data"
}
trap stop EXIT
if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
export PGPORT PGHOST=127.0.0.1 PGUSER=example PGDATABASE=postgres
PGPORT=$("${NODE:-node}" -e 'const s = net.createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
cd "$data" || exit 1
"${as[@]}" "$bin/initdb" -D "$data/db" -U example -A trust --no-sync >"$data/log" 2>&1 || { cat "$data/log" >&2; exit 1; }
"${as[@]}" "$bin/pg_ctl" -D "$data/db" -w -o "-h 127.0.0.1 -k '$data' -p $PGPORT -F" -l "$data/db/log" start >/dev/null || exit 1
cd - >/dev/null || exit 1
"${NODE:-node}" "${1:-hazard}.js"
