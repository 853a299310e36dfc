/** A test, as the runner's main process knows it. */
export interface RanTest {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** From when to when it ran, in milliseconds since 1970. */
  readonly start: number;
  end: number;
}

/** Where a fork must have happened, as far as that is certain: an empty name stands for no test of the file. */
export function testOf(
  { time, through }: { readonly time?: number; readonly through: readonly string[] },
  tests: readonly RanTest[],
): { readonly test?: string; readonly file: string } | undefined {
  const files = new Set(tests.map(({ file }) => file));
  const [only] = files.size === 1 ? files : [];
  const file = through.find((one) => files.has(one)) ?? only;
  if (file === undefined || time === undefined) return undefined;
  const running = tests.filter((one) => one.file === file && one.start <= time && time <= one.end);
  const names = new Set(running.map(({ name }) => name));
  const [name = ''] = names;
  return names.size > 1 ? { file } : { test: name, file };
}
