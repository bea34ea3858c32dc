/** @file Helper of the mapper: searches one task at a time. */
import { expose } from 'comlink';
import { answerPings } from '../src/rpc/heartbeat.ts';
import type { MapHelpApi } from '../src/rpc/map-help-api.ts';
import { MapHelper } from './map-helper.ts';

const api: MapHelpApi = new MapHelper();

answerPings();
expose(api);
