// The same program; run.sh starts it with `200>&-`, so that the lock stays in the shell.
require('./hazard.js');
