import { Names, normalise } from './program';

const told = (text: string, names = new Names([])) => normalise(text, names);

test('each number has a name of its own, in the order of the text', () => {
  expect(told('pid 812 was below pid 807 when /proc/812/stat: parent 1')).toBe(
    'pid PID1 was below pid PID2 when /proc/PID1/stat: parent PID3',
  );
  expect(told('process.ppid was 30 and is 1; children 41 `sleep`, 30 `cat` live')).toBe(
    'process.ppid was PID1 and is PID2; children PID3 `sleep`, PID1 `cat` live',
  );
  expect(told('/proc/9/fd/1 -> socket:[77]: the other end of stdout (socket:[78] here), pipe:[77]')).toBe(
    '/proc/PID1/fd/1 -> socket:[INODE1]: the other end of stdout (socket:[INODE2] here), pipe:[INODE1]',
  );
  expect(told('127.0.0.1:50000 -> 127.0.0.1:5432, [::1]:50000 on port 5432')).toBe(
    '127.0.0.1:PORT1 -> 127.0.0.1:PORT2, [::1]:PORT1 on port PORT2',
  );
  expect(told('descriptor 21 is not /proc/self/fdinfo/22, `node app.js 21>&-`, descriptor 3')).toBe(
    'descriptor FD1 is not /proc/self/fdinfo/FD2, `node app.js FD1>&-`, descriptor 3',
  );
  expect(told('the owner is thread 4312, not thread 4313, of worker thread 1')).toBe(
    'the owner is thread TID1, not thread TID2, of worker thread 1',
  );
});

test('the names last for all of a report, and the pid of the program is known', () => {
  const names = new Names([500]);
  expect(told('pid 501, parent 500', names)).toBe('pid PID1, parent PID0');
  expect(told('/proc/502/stat: parent 501', names)).toBe('/proc/PID2/stat: parent PID1');
});
