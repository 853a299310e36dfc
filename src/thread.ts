/** Whether this is a worker thread: there Node marks the functions of `process` that do not work. Loads nothing. */
export const inWorker = (process.chdir as { disabled?: boolean } | undefined)?.disabled === true;
