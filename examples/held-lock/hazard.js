// app.js of a cron job: it starts a daemon the right way, detached and without stdio.
const { spawn } = require('node:child_process');

const daemon = spawn('sleep', [process.env.DAEMON_SECONDS ?? '3'], { detached: true, stdio: 'ignore' });
daemon.unref();
console.log('the app has done its work and exits');
