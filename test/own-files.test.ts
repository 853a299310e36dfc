import fs from 'node:fs';
import { withOwnFiles } from '../src/own-files';

const nodes = fs.existsSync;
afterEach(() => {
  fs.existsSync = nodes;
});

test('functions that the program has replaced are back while ours act', () => {
  const mock = () => true;
  fs.existsSync = mock;
  expect(withOwnFiles(() => fs.existsSync)).toBe(nodes);
  expect(fs.existsSync).toBe(mock);
});

test('what a listener of the program puts there meanwhile stays', () => {
  const other = () => false;
  fs.existsSync = () => true;
  withOwnFiles(() => {
    fs.existsSync = other;
  });
  expect(fs.existsSync).toBe(other);
});
