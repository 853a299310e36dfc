// The long job is started before the database is opened.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ClassicLevel } = require('classic-level');
const { openFiles } = require('../open-files');

(async () => {
  const job = spawn('sleep', ['30'], { stdio: 'ignore' });
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'leveldb-'));
  const database = new ClassicLevel(directory);
  await database.open();
  await database.put('key', 'value'.repeat(200_000));

  await database.close();
  fs.rmSync(directory, { recursive: true });
  const held = openFiles(job.pid).filter((target) => target.startsWith(directory));
  console.log(`closed and deleted; the job still holds ${held.length} files of it`);
  job.kill();
})();
