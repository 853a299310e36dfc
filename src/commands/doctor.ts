import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { unknownRules } from '../allow';
import { readConfig } from '../config';
import { escapeText, reasonOf } from '../escape';
import { createProcfs } from '../procfs/procfs';
import { redactText } from '../redact';
import { createReporter } from '../reporters';
import { rules } from '../rules';
import { messageOf } from '../say';
import { type Io, UsageError } from './io';

/** `yes`: works. `no`: does not, and `means` says what is lost. */
interface Finding {
  readonly what: string;
  readonly works: boolean;
  readonly means: string;
}

const REGISTER = join(__dirname, '..', '..', 'register.js');

/** Exit code 1 if something that a plain run needs does not work. */
export function doctor(argv: readonly string[], io: Io): number {
  if (argv.includes('--help') || argv.includes('-h')) {
    io.out(
      'forkguard doctor\n\nShows what works on this machine and for this user, what does not, and what that means.\n',
    );
    return 0;
  }
  if (argv.length > 0) throw new UsageError(`doctor takes no arguments, not \`${argv.join(' ')}\``);
  const findings = [...runtime(), ...kernel(), ...configuration()];
  for (const { what, works, means } of findings)
    io.out(`${works ? 'ok  ' : 'NO  '}${what}${works ? '' : `: ${escapeText(redactText(means))}`}\n`);
  return findings.some(({ works }) => !works) ? 1 : 0;
}

function runtime(): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const preload = spawnSync(
    process.execPath,
    ['-r', REGISTER, '-p', "typeof globalThis[Symbol.for('forkguard.guard')]"],
    {
      encoding: 'utf8',
      env: { ...process.env, FORKGUARD: 'report' },
    },
  );
  return [
    {
      what: `Node ${process.versions.node}`,
      works: major > 20 || (major === 20 && minor >= 19),
      means: 'forkguard is made for Node 20.19 and later',
    },
    {
      what: 'the preload loads',
      works: preload.stdout?.trim() === 'object',
      means: (preload.stderr || messageOf(preload.error)).trim().split('\n')[0] ?? 'it did not start',
    },
  ];
}

function kernel(): Finding[] {
  if (process.platform !== 'linux') {
    return [
      {
        what: `${process.platform}: the kernel's view`,
        works: false,
        means:
          'descriptors, locks and wait cycles are read from /proc, which only Linux has; the other rules work',
      },
    ];
  }
  const procfs = createProcfs();
  const foreign = procfs.failures().find(({ what }) => what === procfs.root);
  if (foreign) return [{ what: foreign.what, works: false, means: foreign.why }];
  const child = procfs.children('self') !== undefined;
  const probe = withSleeper((pid) => ({ call: procfs.syscall(pid), fds: procfs.fds(pid) }));
  const init = procfs.stat(1) !== undefined;
  return [
    {
      what: '/proc/self/fd',
      works: procfs.fds('self') !== undefined,
      means: 'descriptors cannot be seen: no rule about them can report',
    },
    {
      what: '/proc/self/fdinfo: close-on-exec',
      works: procfs.closeOnExec(0) !== undefined,
      means: 'leaks cannot be proven',
    },
    {
      what: 'the number of open descriptors at a glance (Linux 6.2)',
      works: procfs.openCount('self') !== undefined,
      means: 'large descriptor tables are searched less often',
    },
    {
      what: '/proc/<pid>/task/<tid>/children',
      works: child,
      means: 'children made by native code are not seen (the kernel lacks CONFIG_PROC_CHILDREN)',
    },
    {
      what: "a child's descriptors",
      works: probe?.fds !== undefined,
      means: 'leaks are searched in our own table only',
    },
    {
      what: "a child's system call (ptrace rights)",
      works: probe?.call !== undefined,
      means:
        'stalls are judged by wchan, which tells less: more of them stay unreported (kernel.yama.ptrace_scope)',
    },
    {
      what: "other users' processes (hidepid)",
      works: init,
      means: 'a holder of a pipe or port that belongs to somebody else is not named',
    },
    {
      what: '/proc/net/tcp',
      works: existsSync('/proc/net/tcp'),
      means: 'addresses are not shown, and connections and listeners are not judged',
    },
    { what: '/proc/locks', works: procfs.locks() !== undefined, means: 'lock waits are not seen' },
  ];
}

/** A child that sleeps while `look` looks at it: what we may read of children of our own. */
function withSleeper<T>(look: (pid: number) => T): T | undefined {
  const { spawn } = require('node:child_process') as typeof import('node:child_process');
  const child = spawn('sleep', ['5'], { stdio: 'ignore' });
  child.on('error', () => {});
  try {
    return child.pid === undefined ? undefined : look(child.pid);
  } finally {
    child.kill('SIGKILL');
  }
}

function configuration(): Finding[] {
  const { config, complaints } = readConfig(process.env, process.cwd());
  const findings = [...complaints, ...unknownRules(config.allow, rules)].map((complaint) => ({
    what: 'configuration',
    works: false,
    means: complaint,
  }));
  for (const name of config.reporters ?? []) {
    try {
      createReporter(name, {
        cwd: process.cwd(),
        ...(config.output !== undefined && { output: config.output }),
      });
    } catch (error) {
      findings.push({ what: 'reporter', works: false, means: messageOf(error) });
    }
  }
  if (config.output !== undefined) findings.push(...unwritable(resolve(config.output)));
  if (findings.length === 0)
    findings.push({ what: `configuration: mode ${config.mode}`, works: true, means: '' });
  return findings;
}

/** Reports would be lost where neither the file nor a new one in its folder can be written. */
function unwritable(output: string): Finding[] {
  try {
    accessSync(existsSync(output) ? output : dirname(output), constants.W_OK);
    return [];
  } catch (error) {
    return [{ what: 'output', works: false, means: `${output} cannot be written: ${reasonOf(error)}` }];
  }
}
