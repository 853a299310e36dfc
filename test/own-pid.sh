#!/bin/sh
# Stands for Node where a program is launched: notes the pid that the program will have, and becomes Node.
case " $* " in *" $PROGRAM "*) echo $$ >>"$OWN_PIDS" ;; esac
export NODE="$REAL_NODE"
unset REAL_NODE OWN_PIDS
exec "$NODE" "$@"
