import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Allowance } from './allow';

/** What the user can choose: from `FORKGUARD_*`, or camelCase under "forkguard" in the nearest package.json. */
export interface Config {
  readonly mode: 'off' | 'report' | 'throw';
  /** Built-in names or module paths. `undefined`: terminal, and otel as soon as an SDK is registered. */
  readonly reporters: readonly string[] | undefined;
  readonly output: string | undefined;
  readonly allow: readonly Allowance[];
  readonly stallMs: number;
  readonly slowForkMs: number;
  readonly exitCode: number | undefined;
  readonly forks: boolean;
  /** End a child that a proven wait cycle through a `*Sync` call goes through. */
  readonly break: boolean;
  /** Regular expressions for arguments that must not appear in a report, besides the built-in ones. */
  readonly redact: readonly string[];
}

export interface Configured {
  readonly config: Config;
  /** One line for each value that could not be understood: key, value and what is allowed. */
  readonly complaints: readonly string[];
}

type Parsed = { value: unknown } | { allowed: string };
type Parse = (value: unknown) => Parsed;

const DEFAULTS: Config = {
  mode: 'report',
  reporters: undefined,
  output: undefined,
  allow: [],
  stallMs: 1000,
  slowForkMs: 20,
  exitCode: undefined,
  forks: false,
  break: false,
  redact: [],
};

const bad = (allowed: string): Parsed => ({ allowed });
const list: Parse = (value) => {
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
  const good = Array.isArray(items) && items.every((item) => typeof item === 'string');
  return good ? { value: items.filter(Boolean) } : bad('a list of names, separated by commas');
};
const wholeNumber =
  (least: number, most: number): Parse =>
  (value) => {
    const number = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
    const good = Number.isInteger(number) && (number as number) >= least && (number as number) <= most;
    return good ? { value: number } : bad(`a whole number from ${least} to ${most}`);
  };
const flag: Parse = (value) => {
  if (value === true || value === '1' || value === 'true') return { value: true };
  if (value === false || value === '0' || value === 'false' || value === '') return { value: false };
  return bad('1 or 0');
};
const text: Parse = (value) => (typeof value === 'string' && value !== '' ? { value } : bad('a path'));

const KEYS: Record<keyof Config, { readonly variable: string; readonly parse: Parse }> = {
  mode: {
    variable: 'FORKGUARD',
    parse: (value) =>
      ['off', 'report', 'throw'].includes(String(value)) ? { value } : bad('off, report or throw'),
  },
  reporters: { variable: 'FORKGUARD_REPORTERS', parse: list },
  output: { variable: 'FORKGUARD_OUTPUT', parse: text },
  allow: { variable: 'FORKGUARD_ALLOW', parse: allowances },
  stallMs: { variable: 'FORKGUARD_STALL_MS', parse: wholeNumber(50, 3_600_000) },
  slowForkMs: { variable: 'FORKGUARD_SLOW_FORK_MS', parse: wholeNumber(1, 3_600_000) },
  exitCode: { variable: 'FORKGUARD_EXIT_CODE', parse: wholeNumber(1, 255) },
  forks: { variable: 'FORKGUARD_FORKS', parse: flag },
  break: { variable: 'FORKGUARD_BREAK', parse: flag },
  redact: { variable: 'FORKGUARD_REDACT', parse: patterns },
};

/** Reads the environment, then package.json; the environment wins. Never throws. */
export function readConfig(environment: NodeJS.ProcessEnv, cwd: string): Configured {
  const complaints: string[] = [];
  const chosen: Record<string, unknown> = {};
  const take = (key: string, name: string, value: unknown) => {
    const parsed = KEYS[key as keyof Config].parse(value);
    if ('value' in parsed) chosen[key] = parsed.value;
    else complaints.push(`${name}=${shown(value)} is not understood: allowed is ${parsed.allowed}`);
  };
  const file = packageSettings(cwd, complaints);
  for (const [key, value] of Object.entries(file?.settings ?? {})) {
    if (key in KEYS) take(key, `"forkguard"."${key}" in ${file?.path}`, value);
    else
      complaints.push(
        `"forkguard"."${key}" in ${file?.path} is not a setting: there are ${Object.keys(KEYS).join(', ')}`,
      );
  }
  const variables = new Map(Object.entries(KEYS).map(([key, { variable }]) => [variable, key]));
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('FORKGUARD')) continue;
    const value = environment[name];
    const key = variables.get(name);
    if (key && value !== undefined && (value !== '' || key === 'mode')) take(key, name, value);
    else if (!key && !name.startsWith('FORKGUARD_INTERNAL_')) {
      complaints.push(`${name} is not a setting: there are ${[...variables.keys()].join(', ')}`);
    }
  }
  return { config: { ...DEFAULTS, ...chosen }, complaints };
}

function packageSettings(cwd: string, complaints: string[]): { path: string; settings: object } | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    let content: string;
    try {
      content = readFileSync(path, 'utf8');
    } catch {
      if (dirname(folder) === folder) return undefined;
      continue;
    }
    if (!content.includes('"forkguard"')) return undefined;
    try {
      const settings: unknown = JSON.parse(content).forkguard;
      if (settings === undefined) return undefined;
      if (typeof settings === 'object' && settings !== null && !Array.isArray(settings))
        return { path, settings };
      complaints.push(`"forkguard" in ${path} is not understood: allowed is an object of settings`);
    } catch {
      // Node itself will say what is wrong with the file
    }
    return undefined;
  }
}

function allowances(value: unknown): Parsed {
  const allowed = 'rule names, or {rule, command?, target?, site?} with * as wildcard in package.json';
  const entries = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(entries)) return bad(allowed);
  const out: Allowance[] = [];
  for (const entry of entries) {
    if (typeof entry === 'string') {
      if (entry.trim()) out.push({ rule: entry.trim() });
    } else if (isAllowance(entry)) out.push(entry);
    else return bad(allowed);
  }
  return { value: out };
}

function isAllowance(entry: unknown): entry is Allowance {
  if (typeof entry !== 'object' || entry === null) return false;
  const known = ['rule', 'command', 'target', 'site', 'reason'];
  const pairs = Object.entries(entry);
  return 'rule' in entry && pairs.every(([key, value]) => known.includes(key) && typeof value === 'string');
}

function patterns(value: unknown): Parsed {
  const parsed = list(value);
  if (!('value' in parsed)) return parsed;
  try {
    for (const source of parsed.value as string[]) new RegExp(source);
    return parsed;
  } catch {
    return bad('regular expressions, separated by commas');
  }
}

function shown(value: unknown): string {
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  return String(plain)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
    .slice(0, 80);
}
