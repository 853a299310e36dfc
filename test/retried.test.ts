const Retried = require('./retried') as new () => {
  onTestResult(test: object, result: object): void;
  onRunComplete(): void;
};

test('what passed only at the second try is said at the end, and nothing where all passed at the first', () => {
  const said: string[] = [];
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  const reporter = new Retried();
  reporter.onRunComplete();
  expect(said).toEqual([]);
  const testResults = [
    { status: 'passed', invocations: 2, fullName: 'wait-cycles hazard' },
    { status: 'passed', invocations: 1, fullName: 'wait-cycles clean' },
    { status: 'failed', invocations: 2, fullName: 'wait-cycles broken' },
    { status: 'pending', fullName: 'wait-cycles skipped' },
  ];
  reporter.onTestResult({}, { testFilePath: '/test/programs.test.ts', testResults });
  reporter.onRunComplete();
  write.mockRestore();
  expect(said).toEqual([
    '\nPASSED ONLY AT THE SECOND TRY (1):\n  /test/programs.test.ts: wait-cycles hazard\n',
  ]);
});
