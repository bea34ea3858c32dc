/** @file Search worker: one network search at a time. */
import { expose } from 'comlink';
import { startBackend } from '../src/engine/backend.ts';
import { answerPings } from '../src/rpc/heartbeat.ts';
import type { SearchApi } from '../src/rpc/search-api.ts';
import { SearchSession } from './search-session.ts';

const api: SearchApi = new SearchSession({ startBackend });

answerPings();
expose(api);
