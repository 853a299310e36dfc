/** The calls on a captured stack, as they run. An error gives them up only once. */
export function callsOf(error: Error): readonly NodeJS.CallSite[] {
  const prepare = Error.prepareStackTrace;
  try {
    Error.prepareStackTrace = (_, calls) => calls;
    const stack: unknown = error.stack;
    return Array.isArray(stack) ? stack : [];
  } catch {
    return [];
  } finally {
    Error.prepareStackTrace = prepare;
  }
}
