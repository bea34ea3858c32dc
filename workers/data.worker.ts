/** @file Data worker: generates, reads, stores and shows datasets. */
import { expose } from 'comlink';
import type { DataApi } from '../src/rpc/data-api.ts';
import { DataSession } from './data-session.ts';

const api: DataApi = new DataSession();

expose(api);
