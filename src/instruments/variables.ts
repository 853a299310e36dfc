/** Variables that a subscriber of `forkguard:fork` wants in a child's environment: only then is this file used. */

type Variables = Readonly<Record<string, string>>;
type Environment = Record<string, string | undefined>;

/** Those that the program has not set for this child itself: what it merely passes on may be replaced. */
function wanted(variables: Variables, given: (name: string) => string | undefined): [string, string][] {
  return Object.entries(variables).filter(([name, value]) => {
    const before = given(name);
    return typeof value === 'string' && (before === undefined || before === process.env[name]);
  });
}

/** The arguments of `ChildProcess.prototype.spawn`, whose options hold the environment as `NAME=value` pairs. */
export function withPairs(args: readonly unknown[], variables: Variables): unknown[] {
  const [options, ...rest] = args as [{ envPairs?: unknown }, ...unknown[]];
  const pairs: unknown[] = Array.isArray(options.envPairs) ? options.envPairs : pairsOf(process.env);
  const added = wanted(variables, (name) => valueIn(pairs, name));
  const names = new Set(added.map(([name]) => name));
  const kept = pairs.filter((pair) => !names.has(nameOf(pair)));
  return [{ ...options, envPairs: [...kept, ...added.map(([name, value]) => `${name}=${value}`)] }, ...rest];
}

/** The arguments of a `*Sync` function: (command, options?) or (file, args?, options?). */
export function withVariables(api: string, args: readonly unknown[], variables: Variables): unknown[] {
  const listed = api !== 'execSync' && (Array.isArray(args[1]) || (args[1] == null && args.length > 2));
  const at = listed ? 2 : 1;
  const options = (args[at] ?? {}) as { env?: Environment | null };
  // Node will say what is wrong with it
  if (typeof options !== 'object' || Array.isArray(options)) return [...args];
  const given = options.env || process.env;
  const env: Environment = {};
  for (const name in given) env[name] = given[name]; // inherited ones too, as Node does
  for (const [name, value] of wanted(variables, (name) => env[name])) env[name] = value;
  const changed = [...args];
  changed[at] = { ...options, env };
  return changed;
}

function nameOf(pair: unknown): string {
  const text = String(pair);
  return text.slice(0, text.indexOf('='));
}

function valueIn(pairs: readonly unknown[], name: string): string | undefined {
  const pair = pairs.find((one) => nameOf(one) === name);
  return pair === undefined ? undefined : String(pair).slice(name.length + 1);
}

function pairsOf(environment: Environment): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}
