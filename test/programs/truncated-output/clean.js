// The process ends when its output is out; what a reader that has gone would have got is not lost.
//# launch: "$NODE" "$PROGRAM" | (sleep 0.3; wc -c); "$NODE" "$PROGRAM" | head -c 10
'use strict';
process.stdout.on('error', () => process.exit(0));
process.stdout.write('x'.repeat(1 << 20), () => process.exit(0));
