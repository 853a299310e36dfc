import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const REGISTER = join(__dirname, '..', 'dist', 'register.js');
export const NODE = process.env.FORKGUARD_TEST_NODE ?? process.execPath;

/** With the descriptors above stdio closed that the runner's launcher left open: true, but foreign, findings. */
const CLOSE_FOREIGN =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
  'for f in /proc/$$/fd/*; do n=${f##*/}; if [ "$n" -gt 2 ] && [ "$n" -ne 255 ]; then eval "exec $n>&-"; fi; done; eval "$LAUNCH"; unset LAUNCH; exec "$@"';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly flags?: readonly string[];
  readonly input?: string;
  /** Bash runs it before the program. */
  readonly launch?: string;
}

/** Runs a script in a real Node, preloaded with forkguard unless `preload` is false. */
export function runNode(
  args: readonly string[],
  options: RunOptions = {},
  preload = true,
): SpawnSyncReturns<string> {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  for (const name of Object.keys(environment)) if (name.startsWith('FORKGUARD')) delete environment[name];
  const flags = [...(options.flags ?? []), ...(preload ? ['-r', REGISTER] : [])];
  return spawnSync('bash', ['-c', CLOSE_FOREIGN, 'bash', NODE, ...flags, ...args], {
    encoding: 'utf8',
    cwd: options.cwd,
    input: options.input,
    timeout: 30_000,
    env: { ...environment, NODE_NO_WARNINGS: '1', LAUNCH: options.launch, ...options.env },
  });
}
