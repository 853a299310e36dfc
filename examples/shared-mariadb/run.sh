#!/bin/bash
# Starts a MariaDB of its own in a temporary directory, runs hazard.js or fixed.js on it, stops it.
#   run.sh [hazard|fixed] [--install]     exit code 77: MariaDB is not installed
cd "$(dirname "$0")" || exit 1
server=$(PATH=$PATH:/usr/sbin command -v mariadbd)
if [ -z "$server" ] && [ "$2" = --install ]; then
  apt-get install -y mariadb-server >&2 && exec "$0" "$1"
fi
if [ -z "$server" ]; then
  echo 'skipped: needs MariaDB (apt-get install mariadb-server, or this script with --install)' >&2
  exit 77
fi

user=$(id -un)
if [ "$user" = root ]; then user=mysql; fi
data=$(mktemp -d)
stop() {
  kill "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  rm -rf "$data"
}
trap stop EXIT
if [ "$(id -u)" = 0 ]; then chown mysql "$data"; fi
export MYSQL_PORT
MYSQL_PORT=$("${NODE:-node}" -e 'const s = net.createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
mariadb-install-db --no-defaults --user="$user" --datadir="$data/db" --skip-test-db >"$data/log" 2>&1 || exit 1
"$server" --no-defaults --user="$user" --datadir="$data/db" --socket="$data/socket" --bind-address=127.0.0.1 \
  --port="$MYSQL_PORT" --skip-grant-tables --skip-networking=0 --innodb-buffer-pool-size=8M >"$data/log" 2>&1 &
pid=$!
for _ in $(seq 100); do
  if mariadb-admin --no-defaults --host=127.0.0.1 --port="$MYSQL_PORT" ping >/dev/null 2>&1; then break; fi
  sleep 0.1
done
"${NODE:-node}" "${1:-hazard}.js"
