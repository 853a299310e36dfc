import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
export const REGISTER = join(ROOT, 'dist', 'register.js');

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** Runs a program of this folder with the built preload. */
export function run(program: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return runFile(join(__dirname, 'programs', program), args, env);
}

export function runFile(file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-r', REGISTER, file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // descriptors that this shell has left open are true findings, but not of these programs
      env: { ...process.env, FORKGUARD_ALLOW: 'inheritable-descriptors', ...env },
      timeout: 30_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (code) => resolve({ stdout, stderr, code }));
  });
}

export interface SpanSeen {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | null;
  readonly scope: string;
  readonly attributes: Record<string, unknown>;
  readonly status: { code: number; message?: string };
  readonly end: [number, number];
  readonly events: { name: string; attributes: Record<string, unknown>; time: [number, number] }[];
  readonly links: { traceId: string; spanId: string; attributes: Record<string, unknown> }[];
}

export interface LogSeen {
  readonly eventName: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Record<string, unknown>;
  readonly traceId: string | null;
  readonly spanId: string | null;
}

export interface Seen {
  readonly spans: SpanSeen[];
  readonly logs: LogSeen[];
  readonly metrics: {
    name: string;
    unit: string;
    dataPoints: { attributes: Record<string, unknown>; value: unknown }[];
  }[];
}

/** What a program has printed through `print()` of setup.js. */
export async function telemetryOf(
  program: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Seen> {
  const { stdout, stderr, code } = await run(program, args, { FORKGUARD_REPORTERS: 'otel', ...env });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Seen;
}
