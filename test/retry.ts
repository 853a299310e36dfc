/**
 * Imported by tests that start real programs and wait for them, on machines that others use too: a failure is printed,
 * and the test tried once more. `retried.js` says at the end which needed it. No other test is tried twice.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
