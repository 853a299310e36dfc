/** Node's own way of writing a stack: it translates nothing that we do not, and writing takes as long as all the rest. */
let nodesOwn: unknown;

function isNodesOwn(prepare: unknown): boolean {
  if (prepare === nodesOwn) return true;
  if (typeof prepare !== 'function' || prepare.name !== 'ErrorPrepareStackTrace') return false;
  if (!Function.prototype.toString.call(prepare).includes('internalPrepareStackTrace(')) return false;
  nodesOwn = prepare;
  return true;
}

/** How stacks are written in the global object in which tests run, which need not be ours. */
let inTests: (() => unknown) | undefined;

/** Test code has a global object of its own, whose `Error.prepareStackTrace` is out of our reach: it hands it over. */
export function translateStacksWith(prepare: () => unknown): void {
  inTests = prepare;
}

function translator(own: unknown): NonNullable<typeof Error.prepareStackTrace> | undefined {
  return [own, inTests?.()].find(
    (prepare): prepare is NonNullable<typeof Error.prepareStackTrace> =>
      typeof prepare === 'function' && !isNodesOwn(prepare),
  );
}

/** These calls as the program would read them: test runners and compilers translate positions back to the source. */
export function translated(error: Error, calls: readonly NodeJS.CallSite[]): readonly NodeJS.CallSite[] {
  try {
    const text: unknown = translator(Error.prepareStackTrace)?.call(Error, error, [...calls]);
    return typeof text === 'string' ? mapped(calls, text) : calls;
  } catch {
    return calls;
  }
}

/** Calls with the positions that the text of the stack gives to them, if it has one line for each. */
function mapped(calls: readonly NodeJS.CallSite[], text: string): readonly NodeJS.CallSite[] {
  const lines = text.split('\n').filter((line) => /^\s+at /.test(line));
  if (lines.length !== calls.length) return calls;
  return calls.map((call, index) => {
    const place = /^\s+at (?:.*\()?(.+):(\d+):(\d+)\)?$/.exec(lines[index] as string);
    if (!place) return call;
    const [line, column] = [Number(place[2]), Number(place[3])];
    if (line === call.getLineNumber() && column === call.getColumnNumber()) return call;
    const there = {
      getFileName: () => place[1],
      getLineNumber: () => line,
      getColumnNumber: () => column,
      getFunctionName: () => call.getFunctionName(),
      getEvalOrigin: () => call.getEvalOrigin(),
      isNative: () => call.isNative(),
    };
    return there as NodeJS.CallSite;
  });
}
