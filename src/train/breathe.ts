/** @file A turn of the event loop between two pieces of work. */

/** Let messages (pause, stop, the heartbeat) in: one turn of the event loop, without a timer's delay. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
