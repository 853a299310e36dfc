import { messageOf, say } from './src/say';
import { start } from './src/start';

try {
  start();
} catch (error) {
  say(`cannot start, the program goes on unguarded: ${messageOf(error)}`);
}
