import type { Allowance } from './allow';
import type { Config, Options, SettingsFile } from './config';

type Parsed = { value: unknown } | { allowed: string };
type Parse = (value: unknown) => Parsed;

const bad = (allowed: string): Parsed => ({ allowed });
const list: Parse = (value) => {
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
  const good = Array.isArray(items) && items.every((item) => typeof item === 'string');
  const names = good ? items.filter(Boolean) : [];
  // commas alone are a variable that was not filled in, where `[]` means nobody
  if (!good || (typeof value === 'string' && names.length === 0))
    return bad('a list of names, separated by commas');
  return { value: names };
};
const wholeNumber =
  (least: number, most: number): Parse =>
  (value) => {
    const number = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
    const good = Number.isInteger(number) && (number as number) >= least && (number as number) <= most;
    return good ? { value: number } : bad(`a whole number from ${least} to ${most}`);
  };
const flag: Parse = (value) => {
  if ([true, 1, '1', 'true'].includes(value as string)) return { value: true };
  if ([false, 0, '0', 'false', ''].includes(value as string)) return { value: false };
  return bad('1 or 0');
};
const text: Parse = (value) => (typeof value === 'string' && value !== '' ? { value } : bad('a path'));

/** What users can choose. */
type Key = Exclude<keyof Config, 'besides'>;

const KEYS: Record<Key, { readonly variable: string; readonly parse: Parse }> = {
  mode: {
    variable: 'FORKGUARD',
    parse: (value) =>
      ['off', 'report', 'throw'].includes(value as string) ? { value } : bad('off, report or throw'),
  },
  reporters: { variable: 'FORKGUARD_REPORTERS', parse: list },
  output: { variable: 'FORKGUARD_OUTPUT', parse: text },
  allow: { variable: 'FORKGUARD_ALLOW', parse: allowances },
  stallMs: { variable: 'FORKGUARD_STALL_MS', parse: wholeNumber(50, 3_600_000) },
  slowForkMs: { variable: 'FORKGUARD_SLOW_FORK_MS', parse: wholeNumber(1, 3_600_000) },
  exitCode: { variable: 'FORKGUARD_EXIT_CODE', parse: wholeNumber(1, 255) },
  forks: { variable: 'FORKGUARD_FORKS', parse: flag },
  break: { variable: 'FORKGUARD_BREAK', parse: flag },
  redact: { variable: 'FORKGUARD_REDACT', parse: list },
};

/**
 * What a program has chosen in its call of `start`.
 *
 * @throws TypeError naming the key, the value and what is allowed
 */
export function checked(options: Options): Partial<Config> {
  const chosen: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(KEYS, key))
      throw new TypeError(`${key} is no option of forkguard: there are ${Object.keys(KEYS).join(', ')}`);
    if (value === undefined) continue;
    const parsed = KEYS[key as Key].parse(value);
    if (!('value' in parsed))
      throw new TypeError(`the option ${key} is ${shown(value)}: allowed is ${parsed.allowed}`);
    chosen[key] = parsed.value;
  }
  return chosen;
}

/** What the file and the environment choose. What cannot be understood becomes a complaint. */
export function applySettings(
  environment: NodeJS.ProcessEnv,
  file: SettingsFile | undefined,
  complaints: string[],
): Partial<Config> {
  const chosen: Record<string, unknown> = {};
  const take = (key: string, value: unknown, said: (value: string) => string) => {
    const parsed = KEYS[key as Key].parse(value);
    if ('value' in parsed) chosen[key] = parsed.value;
    else complaints.push(`${said(shown(value))} is not understood: allowed is ${parsed.allowed}`);
  };
  for (const [key, value] of Object.entries(settingsOf(file, complaints))) {
    if (Object.hasOwn(KEYS, key)) take(key, value, (it) => `"forkguard"."${key}": ${it} in ${file?.path}`);
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
    if (key && value !== undefined && (value !== '' || key === 'mode'))
      take(key, value, (it) => `${name}=${it}`);
    else if (!key && !name.startsWith('FORKGUARD_INTERNAL_')) {
      complaints.push(`${name} is not a setting: there are ${[...variables.keys()].join(', ')}`);
    }
  }
  return chosen;
}

function settingsOf(file: SettingsFile | undefined, complaints: string[]): object {
  let settings: unknown;
  try {
    // npm reads it with a byte order mark, too
    settings = file && JSON.parse(file.content.replace(/^\uFEFF/, ''))?.forkguard;
  } catch {
    // Node itself will say what is wrong with the file
  }
  if (settings === undefined) return {};
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return settings;
  complaints.push(`"forkguard" in ${file?.path} is not understood: allowed is an object of settings`);
  return {};
}

function allowances(value: unknown): Parsed {
  const allowed =
    'rule names, or {rule, command?, target?, site?, reason?} with * as wildcard in package.json';
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

/** A mistyped key would accept the whole rule. */
export function isAllowance(entry: unknown): entry is Allowance {
  if (typeof entry !== 'object' || entry === null) return false;
  const known = ['rule', 'command', 'target', 'site', 'reason'];
  const pairs = Object.entries(entry);
  return 'rule' in entry && pairs.every(([key, value]) => known.includes(key) && typeof value === 'string');
}

/** A value as a complaint shows it: on one line, and not all of it. */
export function shown(value: unknown): string {
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  return String(plain)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
    .slice(0, 80);
}
