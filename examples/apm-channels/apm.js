// An APM that learns of forks, hazards and resources from forkguard's channels. It needs nothing of forkguard:
// channels are found by name, whoever comes first. Here it prints; a real one would keep and send.
const { channel, subscribe, tracingChannel } = require('node:diagnostics_channel');
const { writeSync } = require('node:fs');

const line = (text) => writeSync(1, `apm  ${text}\n`);

// An error that leaves a subscriber ends the program, so none may.
const safely = (act) => (message) => {
  try {
    act(message);
  } catch (error) {
    writeSync(2, `apm failed: ${error.message}\n`);
  }
};

tracingChannel('forkguard:fork').subscribe({
  start: safely((message) => {
    message.env = { ...message.env, APM_PARENT: '42' }; // a child of ours can say whose it is
  }),
  end: safely((message) => {
    const { fork, record } = message;
    if (!fork.child && !fork.blocking) return; // `error` has told it
    line(`fork    ${fork.command}: ${fork.api}, ${record.descriptors.inheritable} descriptors leak`);
    if (fork.blocking) line(`ended   ${fork.command}: ${ending(message)}`);
  }),
  asyncEnd: safely((message) => line(`ended   ${message.command}: ${ending(message)}`)),
  asyncStart() {},
  error: safely((message) => line(`failed  ${message.command}: ${message.error}`)),
});

function ending({ exitCode, signal, released }) {
  if (released) return 'let go';
  return signal ? `by ${signal}` : `exit code ${exitCode}`;
}

subscribe(
  'forkguard:hazard',
  safely(({ rule, severity, what }) => line(`hazard  ${severity} ${rule}: ${what}`)),
);

subscribe(
  'forkguard:resource:open',
  safely(({ kind, label }) => line(`open    ${label} (${kind})`)),
);
subscribe(
  'forkguard:resource:close',
  safely(({ kind, label }) => line(`close   ${label} (${kind})`)),
);

/** What this APM itself opens and forkguard cannot see, such as a descriptor of a native library. */
exports.opened = (fd, label) => channel('forkguard:resource:open').publish({ kind: 'file', label, fd });
exports.closed = (fd, label) => channel('forkguard:resource:close').publish({ kind: 'file', label, fd });
