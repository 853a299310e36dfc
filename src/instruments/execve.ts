import { basename } from 'node:path';
import type { StdioEntry } from '../model';
import { capture } from '../site';
import { ForkCall } from './fork-call';

const DEPTH = 16;
const INHERITED: readonly StdioEntry[] = [0, 1, 2].map((fd) => ({ fd, type: 'inherit', parentFd: fd }));

/** `process.execve(file, args?, env?)`; undefined where Node will refuse it. */
export function callOfExecve([file, argv]: readonly unknown[]): ForkCall | undefined {
  if (typeof file !== 'string') return undefined;
  const args: string[] = Array.isArray(argv) ? argv.filter((one) => typeof one === 'string') : [];
  const request = {
    api: 'process.execve' as const,
    file,
    args: args.length > 0 ? args : [basename(file)],
    cwd: undefined,
    stdio: INHERITED,
    streams: new Map<number, object>(),
    detached: false,
    shell: false,
    blocking: false,
    primitive: 'execve' as const,
    variable: (name: string) => process.env[name],
    timeoutMs: 0,
  };
  return new ForkCall(request, capture(DEPTH));
}
