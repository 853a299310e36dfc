// Nothing is forked here: a megabyte is written to a slow reader, and the process ends.
//# reports: truncated-output error
//# launch: "$NODE" "$PROGRAM" | (sleep 0.3; wc -c >/dev/null)
'use strict';
process.stdout.write('x'.repeat(1 << 20));
process.exit(0); //~ ended
