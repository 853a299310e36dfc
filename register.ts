import { start } from './src/start';

start();
