/** @file Trainer worker: one training run at a time, and predictions of stored runs. */
import { expose } from 'comlink';
import { answerPings } from '../src/rpc/heartbeat.ts';
import type { TrainApi } from '../src/rpc/train-api.ts';
import { TrainSession } from './train-session.ts';

const api: TrainApi = new TrainSession();

answerPings();
expose(api);
