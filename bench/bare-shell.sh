#!/usr/bin/env bash
# Runs a command without the descriptors that this shell has inherited above 2: a leak would be measured, and found.
for link in /proc/self/fd/*; do
  fd=${link##*/}
  [ "$fd" -gt 2 ] && [ "$fd" -ne 255 ] && eval "exec $fd>&-" 2>/dev/null
done
exec "$@"
