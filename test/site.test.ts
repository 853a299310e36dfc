import { createContext, runInContext } from 'node:vm';
import { capture } from '../src/site';
import { translateStacksWith } from '../src/translate';

/** As in vitest's pools of vm contexts: only the context of the tests knows how positions are translated. */
test('positions are translated as the global object of the tests translates them', () => {
  const own = Error.prepareStackTrace;
  const context = createContext({});
  runInContext(
    `Error.prepareStackTrace = (error, calls) =>
       'Error' + calls.map((call) => '\\n    at ' + call.getFileName() + ':7001:5').join('');`,
    context,
  );
  translateStacksWith(() => runInContext('Error.prepareStackTrace', context));
  try {
    // the tests of this project run in such a context as well, which has its own way
    Reflect.deleteProperty(Error, 'prepareStackTrace');
    const [frame] = capture(20).frames;
    expect(frame).toMatchObject({ line: 7001, column: 5 });
  } finally {
    Error.prepareStackTrace = own;
    translateStacksWith(() => undefined);
  }
});
