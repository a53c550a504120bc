import type { Clock } from '../../runtime/clock.ts';
import type { ApiServer } from './api-server.ts';

export class GarbageCollector {
  constructor(_api: ApiServer, _clock: Clock) {}
  start(): void {}
  stop(): void {}
}
