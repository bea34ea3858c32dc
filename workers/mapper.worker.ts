/** @file Mapper worker: AutoMapper for every layer and bit-width of a network. */
import { expose } from 'comlink';
import { answerPings } from '../src/rpc/heartbeat.ts';
import type { MapApi } from '../src/rpc/map-api.ts';
import { MapSession } from './map-session.ts';

const api: MapApi = new MapSession();

answerPings();
expose(api);
