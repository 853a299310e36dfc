// A pool of worker threads; tasks start children of their own.
const { Piscina } = require('piscina');

const pool = new Piscina({ filename: `${__dirname}/piscina-task.js`, maxThreads: 2 });
Promise.all([1, 2, 3, 4].map((number) => pool.run(number))).then(async (results) => {
  console.log(results);
  await pool.destroy();
});
