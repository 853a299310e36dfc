#!/bin/bash
# The idiom of flock(1): `run.sh hazard` as cron scripts have it, `run.sh fixed` with the descriptor closed for the app.
cd "$(dirname "$0")" || exit 1
lock=$(mktemp)
exec 200>"$lock"
flock -n 200 || exit 1
if [ "$1" = fixed ]; then
  "${NODE:-node}" fixed.js 200>&-
else
  "${NODE:-node}" hazard.js
fi
exec 200>&- # the script ends: its lock should end, too
if flock -n "$lock" true; then echo 'the next run gets the lock'; else echo 'the next run finds the job still locked'; fi
rm -f "$lock"
