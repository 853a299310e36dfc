// Says when a child has ended, and when its pipes and its channel have.
module.exports = (child) => {
  const begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / 1000);
  child
    .on('exit', () => console.log('the wrapper has ended'))
    .on('close', () => console.log(`close came ${seconds()} s after the fork`));
};
