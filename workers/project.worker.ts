/** @file Project worker: packs and reads files of runs. */
import { expose } from 'comlink';
import type { ProjectApi } from '../src/rpc/project-api.ts';
import { ProjectSession } from './project-session.ts';

const api: ProjectApi = new ProjectSession();

expose(api);
