/** Tests start real programs on machines that others use too: a failure is printed, and the test tried once more. */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
