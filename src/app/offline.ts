/**
 * @file The page without a network: a service worker keeps all of it, and a new version waits.
 *
 * A page that is open is never changed under its reader: what it may still load (a worker, a font)
 * must be of its own version. So a new version is taken when the lab is opened and no other tab
 * has it open.
 */

import '../rpc/trusted-urls.ts';

/** Held shared by every open page; whoever gets it alone is the only one. */
const PAGE_LOCK = 'instantnet-lab:page';
/** A new version that does not take over in this time is left for the next visit. */
const TAKEOVER_MS = 3000;

const isKept = (): boolean => import.meta.env.PROD && 'serviceWorker' in navigator;

/**
 * Must come before the lab is shown. Takes a version that waits (then the page loads again and this
 * never resolves), and marks this page as open.
 */
export async function takeNewVersion(): Promise<void> {
  if (!isKept()) return;
  try {
    const waiting = (await navigator.serviceWorker.getRegistration())?.waiting;
    if (waiting) await whenAlone(() => takeOver(waiting));
    void navigator.locks.request(PAGE_LOCK, { mode: 'shared' }, () => new Promise(() => undefined));
  } catch {
    // storage is blocked: the lab works, as long as there is a network
  }
}

/**
 * Register the service worker, which then fetches the whole lab: to be called when the page is there,
 * as that takes the network and a processor for a while.
 */
export async function keepOffline(): Promise<void> {
  if (!isKept()) return;
  try {
    await navigator.serviceWorker.register('./sw.js', { scope: './' });
  } catch {
    // storage is blocked, or the server sends no sw.js: the lab works, as long as there is a network
  }
}

async function whenAlone(action: () => Promise<void>): Promise<void> {
  await navigator.locks.request(PAGE_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) await action();
  });
}

/** Let the waiting version take over and load it; resolves only when it does not. */
function takeOver(waiting: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, TAKEOVER_MS);
    const reload = (): void => {
      clearTimeout(timer);
      location.reload();
    };
    navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true });
    waiting.postMessage({ type: 'SKIP_WAITING' });
  });
}
