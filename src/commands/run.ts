import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isRelative } from '../config';
import { createProcfs } from '../procfs/procfs';
import { type Io, UsageError } from './io';

const HELP = `forkguard run [options] -- command …

Runs a command with forkguard in every Node process that it starts. Signals are passed on, and the exit code is
the command's own.

  --reporters <list>   terminal, ndjson, html, otel, github, sarif, junit, none, or module paths
  --output <path>      the file of reporters that write files
  --allow <list>       rules that are accepted
  --forks              record every fork, not only hazards
  --exit-code <n>      end with n if any process reported an error or a warning (and the command itself ended with 0)

Environment variables and "forkguard" in package.json hold for what is not given here: see docs/configuration.md.
`;

const REGISTER = join(__dirname, '..', '..', 'register.js');
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to all that run in its foreground. */
const OF_TERMINAL = new Set<string>(['SIGINT', 'SIGHUP', 'SIGQUIT']);

export async function run(argv: readonly string[], io: Io): Promise<number> {
  const at = argv.indexOf('--');
  const own = at < 0 ? argv : argv.slice(0, at);
  const options = optionsOf(own);
  if (options.help) {
    io.out(HELP);
    return 0;
  }
  const [command, ...args] = at < 0 ? [] : argv.slice(at + 1);
  if (command === undefined) throw new UsageError('nothing to run: write the command behind --');

  const wanted = options['exit-code'] === undefined ? undefined : exitCodeOf(options['exit-code']);
  const folder = wanted === undefined ? undefined : mkdtempSync(join(tmpdir(), 'forkguard-'));
  try {
    const code = await supervise(command, args, environment(options, folder), io);
    const harmful = folder !== undefined && existsSync(join(folder, 'tally'));
    return code === 0 && wanted !== undefined && harmful ? wanted : code;
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

type Options = ReturnType<typeof optionsOf>;

function optionsOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        reporters: { type: 'string' },
        output: { type: 'string' },
        allow: { type: 'string' },
        forks: { type: 'boolean' },
        'exit-code': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]} (the command to run stands behind --)`);
  }
}

function exitCodeOf(text: string): number {
  const code = Number(text);
  if (Number.isInteger(code) && code >= 1 && code <= 255) return code;
  throw new UsageError(`--exit-code ${text} is not understood: allowed is a whole number from 1 to 255`);
}

function environment(options: Options, folder: string | undefined): NodeJS.ProcessEnv {
  const { env } = process;
  const reporters = options.reporters ?? env.FORKGUARD_REPORTERS;
  const output = options.output ?? env.FORKGUARD_OUTPUT;
  const quoted = `"${REGISTER.replace(/["\\]/g, '\\$&')}"`;
  return {
    ...env,
    NODE_OPTIONS: `--require ${quoted} ${env.NODE_OPTIONS ?? ''}`.trim(),
    // left unset, each process chooses for itself: otel, too, where an SDK is registered
    // children run in other directories
    ...(reporters !== undefined && { FORKGUARD_REPORTERS: absolute(reporters) }),
    ...(output !== undefined && { FORKGUARD_OUTPUT: resolve(output) }),
    ...(options.allow !== undefined && { FORKGUARD_ALLOW: options.allow }),
    ...(options.forks && { FORKGUARD_FORKS: '1' }),
    ...(folder && { FORKGUARD_INTERNAL_TALLY: join(folder, 'tally') }),
  };
}

/** A list of reporters in which paths are absolute. */
function absolute(reporters: string): string {
  const names = reporters.split(',').map((name) => name.trim());
  return names.map((name) => (isRelative(name) ? resolve(name) : name)).join();
}

/** Whether the command, which is in our process group, gets what is typed at a terminal. */
function isInForeground(): boolean {
  const stat = createProcfs().stat('self');
  return stat ? stat.terminal !== 0 && stat.foreground === stat.pgrp : process.stdin.isTTY === true;
}

/** Runs the command in our place: its output, its signals, its exit code; 127 or 126, as a shell, if it cannot run. */
function supervise(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  io: Io,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    const forward = (signal: NodeJS.Signals) => {
      if (!OF_TERMINAL.has(signal) || !isInForeground()) child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      io.error(`the command \`${command}\` ${missing ? 'was not found' : `cannot be run: ${error.code}`}`);
      resolve(missing ? 127 : 126);
    });
    child.on('close', (code, signal) => {
      for (const name of SIGNALS) process.off(name, forward);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
