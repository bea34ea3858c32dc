/** @file A team's exchange over a broadcast channel: what one publishes, all others receive. */
import { Exchange } from '../src/train/exchange.ts';
import type { Mail } from '../src/train/exchange.ts';

export interface OpenExchange {
  readonly exchange: Exchange;
  close(): void;
}

export function openExchange(name: string): OpenExchange {
  const channel = new BroadcastChannel(name);
  const exchange = new Exchange((mail) => channel.postMessage(mail));
  channel.onmessage = (event: MessageEvent<Mail>) => exchange.receive(event.data);
  return { exchange, close: () => channel.close() };
}
