/** The median of five runs, in milliseconds. */
exports.median = (run) => {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  });
  return times.sort((a, b) => a - b)[2].toFixed(1);
};

exports.gibibytes = () => (process.memoryUsage().rss / 2 ** 30).toFixed(1);
