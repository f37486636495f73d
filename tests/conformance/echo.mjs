// A connection that hears what it says: it publishes to a channel it has subscribed to. Every frame
// it sends is made by the test.

import assert from 'node:assert/strict';

import { CONTINUATION, FIN, RawSocket, TEXT, frame } from './raw_socket.mjs';
import { token } from './server_process.mjs';

/** Cuts into frames of these many bytes, the last one with the rest. */
export function fragments(message, sizes, opcode = TEXT) {
  const bytes = Buffer.from(message);
  const parts = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const end = Math.min(at + size, bytes.length);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts.map((part, index) => frame(
    (index === parts.length - 1 ? FIN : 0) | (index === 0 ? opcode : CONTINUATION), part));
}

let channels = 0;

/** A connection that hears what it says. */
export class Echo {
  static async open(t, server) {
    const echo = new Echo();
    echo.raw = await RawSocket.open(t, server);
    echo.channel = `plain:rfc${++channels}`;
    echo.id = 2;
    echo.raw.send(frame(FIN | TEXT, [
      JSON.stringify({ id: 1, connect: { token: token({ sub: 'ada' }) } }),
      JSON.stringify({ id: 2, subscribe: { channel: echo.channel } })].join('\n')));
    const answers = [];
    while (answers.length < 2) {
      answers.push(...(await echo.raw.next('connect')).payload.toString().split('\n'));
    }
    assert.ok(JSON.parse(answers[1]).subscribe);
    return echo;
  }

  /** The command that publishes `data`. */
  command(data) {
    return JSON.stringify({ id: ++this.id, publish: { channel: this.channel, data } });
  }

  /** The command of exactly that many bytes. */
  command_of(bytes) {
    const empty = this.command('');
    return empty.replace('"data":""', `"data":"${'x'.repeat(bytes - Buffer.byteLength(empty))}"`);
  }

  /** What was published comes, and so does the reply. */
  async expect(command, what) {
    const { id, publish } = JSON.parse(command);
    const got = { push: undefined, reply: undefined };
    while (!got.push || !got.reply) {
      const next = await this.raw.next(what);
      assert.ok(next, `${what}: the connection has ended`);
      assert.equal(next.opcode, TEXT, `${what}: ${next.payload.toString('latin1')}`);
      for (const line of next.payload.toString().split('\n')) {
        const message = JSON.parse(line);
        if (message.push) got.push = message.push;
        else got.reply = message;
      }
    }
    assert.deepEqual(got.reply, { id, publish: {} }, what);
    assert.deepEqual(got.push.pub.data, publish.data, what);
  }

  /** It works as if nothing had been. */
  async is_well(what) {
    const command = this.command('still here');
    this.raw.send(frame(FIN | TEXT, command));
    await this.expect(command, what);
  }
}
