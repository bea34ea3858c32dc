/** @file A static server for the build that sends what a real host sends; this machine only. */
import { createServer } from 'node:http';
import sirv from 'sirv';
import { HEADERS, cacheControl, headersOf } from './headers.js';
import { projectPath } from './root.js';

/** `localhost` means either: who holds only one of them may meet another program on the other. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** @typedef {{ url: string, close: () => Promise<void> }} Served */

/**
 * @param {readonly number[]} ports tried in this order; 0 takes any free one
 * @param {string} [folder] read once, when the server starts; default: the build
 * @returns {Promise<Served>}
 * @throws {Error} when none of them is free
 */
export async function serve(ports, folder = projectPath('dist')) {
  for (const port of ports) {
    const served = await serveAt(port, folder);
    if (served !== undefined) return served;
  }
  throw new Error(`serve: expected a free port, got all in use: ${ports.join(', ')}`);
}

/**
 * @param {number} wanted
 * @param {string} folder
 * @returns {Promise<Served | undefined>} undefined when the port is taken
 */
async function serveAt(wanted, folder) {
  const answer = answers(folder);
  /** @type {import('node:http').Server[]} */
  const servers = [];
  const close = async () => {
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        return closed;
      }),
    );
  };
  let port = wanted;
  for (const host of LOOPBACK) {
    const server = createServer(answer);
    const error = await listen(server, port, host);
    if (error === undefined) {
      servers.push(server);
      const address = server.address();
      if (address !== null && typeof address !== 'string') port = address.port;
    } else if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
      await close();
      return undefined;
    } else if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') {
      throw error;
    }
  }
  return { url: `http://localhost:${port}/`, close };
}

/**
 * @param {string} folder
 * @returns {import('node:http').RequestListener}
 */
function answers(folder) {
  const files = sirv(folder, {
    etag: true,
    setHeaders(response, path) {
      for (const [name, value] of Object.entries(headersOf(path))) response.setHeader(name, value);
      response.setHeader('Cache-Control', cacheControl(path));
    },
  });
  return (request, response) =>
    files(request, response, () => {
      response.writeHead(404, { ...HEADERS, 'Content-Type': 'text/plain' });
      response.end('Not found\n');
    });
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @param {string} host
 * @returns {Promise<NodeJS.ErrnoException | undefined>} why it does not listen
 */
function listen(server, port, host) {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => {
      server.removeListener('error', resolve);
      resolve(undefined);
    });
  });
}
