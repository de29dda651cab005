import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';

/** The few shapes of the Chrome DevTools Protocol that the oracle uses. */
export interface RemoteObject {
  type: string;
  subtype?: string;
  className?: string;
  description?: string;
  value?: unknown;
  unserializableValue?: string;
  objectId?: string;
}

export interface PropertyDescriptor {
  name: string;
  value?: RemoteObject;
  get?: RemoteObject;
  set?: RemoteObject;
}

export interface PropertiesResult {
  result: PropertyDescriptor[];
  internalProperties?: PropertyDescriptor[];
  privateProperties?: PropertyDescriptor[];
}

export interface CallFrame {
  callFrameId: string;
  functionName: string;
  url: string;
  location: { scriptId: string; lineNumber: number; columnNumber?: number };
  scopeChain: { type: string; name?: string; object: RemoteObject }[];
  this: RemoteObject;
}

export interface Paused {
  reason: string;
  data?: RemoteObject;
  callFrames: CallFrame[];
}

/** A connection to Node's inspector. Events are emitted under their method's name. */
export class Cdp extends EventEmitter {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('close', () => this.#fail(new Error('the inspector closed the connection')));
    socket.on('error', (error) => this.#fail(error));
  }

  static connect(url: string): Promise<Cdp> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 1 << 30 });
      socket.once('error', reject);
      socket.once('open', () => resolve(new Cdp(socket)));
    });
  }

  send<T>(method: string, params: object = {}): Promise<T> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive(text: string): void {
    const message = JSON.parse(text);
    if (message.id === undefined) {
      this.emit(message.method, message.params);
      return;
    }
    const waiting = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error) waiting?.reject(new Error(`${message.error.code}: ${message.error.message}`));
    else waiting?.resolve(message.result);
  }

  #fail(error: Error): void {
    for (const waiting of this.#pending.values()) waiting.reject(error);
    this.#pending.clear();
    this.emit('closed', error);
  }
}
