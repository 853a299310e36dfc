import { sees } from '../../src/telemetry/copies';
import { variableName } from '../../src/telemetry/environment';

test.each([
  ['1.9.1', '1.9.1', true],
  ['1.4.1', '1.9.1', true],
  ['1.9.0', '1.9.1', true],
  ['1.10.0', '1.9.1', false], // newer than the one that the SDK was registered through: a silent no-op
  ['2.0.0', '1.9.1', false],
  ['1.9.1-rc.1', '1.9.1', false],
  ['nonsense', '1.9.1', false],
])('a copy of the API of version %s sees an SDK registered through %s: %s', (own, other, expected) => {
  expect(sees(own, other)).toBe(expected);
});

test.each([
  ['traceparent', 'TRACEPARENT'],
  ['x-b3-traceid', 'X_B3_TRACEID'],
  ['b3', 'B3'],
  ['3b', '_3B'],
])('the propagator’s key %s is the variable %s', (key, variable) => {
  expect(variableName(key)).toBe(variable);
});
