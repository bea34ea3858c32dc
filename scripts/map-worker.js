/** @file Lets a thread read TypeScript, then starts it: threads do not inherit the loader. */
import { register } from 'tsx/esm/api';

register();
await import('./map-worker.ts');
