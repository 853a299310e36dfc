const fs = require('node:fs');

/** What the descriptors of a process link to. */
exports.openFiles = (pid) =>
  fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // a program that is starting opens and closes descriptors of its own
    }
  });
