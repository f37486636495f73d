// RFC 6455 case by case, in the groups of the Autobahn suite: 1 messages, 2 pings and pongs,
// 3 reserved bits, 4 opcodes, 5 fragments, 6 UTF-8, 7 closing; 9 and 10 as bounds.
//
// The server is no echo: a message is a command that publishes to a channel this client has
// subscribed to, and what it published comes back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Echo, fragments } from './echo.mjs';
import { BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, RawSocket, TEXT, close_payload, frame,
  masked } from './raw_socket.mjs';
import { eventually, start_server, within } from './server_process.mjs';

const MESSAGE_BYTES_MAX = 65_536;
const RSV1 = 0x40;
const RSV2 = 0x20;
const RSV3 = 0x10;

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

// ---- 1: messages --------------------------------------------------------------------------------

test('1: messages of every form of length come whole, however they are cut', async (t) => {
  const echo = await Echo.open(t, server);
  for (const bytes of [125, 126, 127, 128, 65_535, 65_536]) {
    const command = echo.command_of(bytes);
    const whole = frame(FIN | TEXT, command);
    echo.raw.send(whole);
    await echo.expect(command, `${bytes} bytes at once`);
    const again = echo.command_of(bytes);
    const bytes_of_it = frame(FIN | TEXT, again);
    for (let at = 0; at < bytes_of_it.length; at += 997) {
      echo.raw.send(bytes_of_it.subarray(at, at + 997));
    }
    await echo.expect(again, `${bytes} bytes in pieces of 997`);
  }
});

test('1: an empty message is no command', async (t) => {
  const echo = await Echo.open(t, server);
  echo.raw.send(frame(FIN | TEXT, ''));
  await echo.raw.expect_close(3501);
});

test('1: binary messages are for protobuf, a JSON connection refuses them', async (t) => {
  for (const payload of ['', 'x'.repeat(125), 'x'.repeat(126), 'x'.repeat(65_535)]) {
    const echo = await Echo.open(t, server);
    echo.raw.send(frame(FIN | BINARY, payload));
    await echo.raw.expect_close(1003);
  }
});

// ---- 2: pings and pongs -------------------------------------------------------------------------

test('2: a ping of any payload is answered with the same', async (t) => {
  const echo = await Echo.open(t, server);
  for (const payload of ['', 'Hello', Buffer.from([0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0, 0xff]),
    Buffer.alloc(125, 0xfe)]) {
    echo.raw.send(frame(FIN | PING, payload));
    await echo.raw.expect(PONG, payload, 'pong');
  }
  await echo.raw.send_bytewise(frame(FIN | PING, Buffer.alloc(125, 0xfe)));
  await echo.raw.expect(PONG, Buffer.alloc(125, 0xfe), 'pong to a ping in single bytes');
  await echo.is_well('after pings');
});

test('2: a ping of more than 125 bytes is 1002', async (t) => {
  const raw = await RawSocket.open(t, server);
  raw.send(frame(FIN | PING, Buffer.alloc(126, 0xfe)));
  await raw.expect_close(1002);
});

test('2: a pong nobody asked for is ignored, and a ping behind it is not', async (t) => {
  const echo = await Echo.open(t, server);
  echo.raw.send(frame(FIN | PONG, ''), frame(FIN | PONG, 'unasked'), frame(FIN | PING, 'asked'));
  await echo.raw.expect(PONG, 'asked', 'pong');
  await echo.is_well('after pongs');
});

test('2: ten pings have ten pongs in their order, also byte by byte', async (t) => {
  const echo = await Echo.open(t, server);
  const pings = Array.from({ length: 10 }, (_, i) => frame(FIN | PING, `payload-${i}`));
  echo.raw.send(...pings);
  for (let i = 0; i < 10; ++i) await echo.raw.expect(PONG, `payload-${i}`, `pong ${i}`);
  const sent = echo.raw.send_bytewise(Buffer.concat(pings));
  for (let i = 0; i < 10; ++i) await echo.raw.expect(PONG, `payload-${i}`, `late pong ${i}`);
  await sent;
});

// ---- 3: reserved bits, and 4: opcodes -----------------------------------------------------------

const RESERVED_BITS = [RSV1, RSV2, RSV3, RSV1 | RSV2, RSV1 | RSV3, RSV2 | RSV3, RSV1 | RSV2 | RSV3];

test('3: a reserved bit is 1002 in every kind of frame', async (t) => {
  for (const bits of RESERVED_BITS) {
    for (const opcode of [TEXT, BINARY, PING, PONG, CLOSE]) {
      const raw = await RawSocket.open(t, server);
      raw.send(frame(FIN | bits | opcode, opcode === CLOSE ? close_payload(1000) : 'x'));
      await raw.expect_close(1002, `bits ${bits.toString(16)} with opcode ${opcode}`);
    }
  }
});

test('3: behind a reserved bit nothing is served, not even a ping', async (t) => {
  for (const bits of RESERVED_BITS) {
    const echo = await Echo.open(t, server);
    const command = echo.command('before');
    echo.raw.send(frame(FIN | TEXT, command), frame(FIN | bits | TEXT, echo.command('behind')),
      frame(FIN | PING, ''));
    await closes_behind_replies(echo.raw, 1002);
  }
});

/** Whatever the commands before the breach were answered, the last frame closes with that code. */
async function closes_behind_replies(raw, code) {
  for (;;) {
    const got = await raw.next('close frame');
    assert.ok(got, 'a close frame before the end');
    if (got.opcode === CLOSE) {
      assert.equal(got.payload.readUInt16BE(0), code);
      assert.equal(await raw.next('end'), null);
      return;
    }
    assert.equal(got.opcode, TEXT);
    assert.ok(!got.payload.includes('behind'), 'what comes behind the breach is not served');
  }
}

test('3: a reserved bit in a later fragment is 1002', async (t) => {
  for (const bits of [RSV1, RSV2, RSV3]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(TEXT, '{"id"'), frame(FIN | bits | CONTINUATION, ':1}'));
    await raw.expect_close(1002);
  }
});

test('4: reserved opcodes are 1002, with and without payload, alone and behind a message',
  async (t) => {
    for (const opcode of [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf]) {
      for (const payload of ['', 'reserved opcode payload']) {
        const raw = await RawSocket.open(t, server);
        raw.send(frame(FIN | opcode, payload), frame(FIN | PING, ''));
        await raw.expect_close(1002, `opcode ${opcode}`);
      }
      const echo = await Echo.open(t, server);
      echo.raw.send(frame(FIN | TEXT, echo.command('before')), frame(FIN | opcode, ''));
      await closes_behind_replies(echo.raw, 1002);
    }
  });

test('3: a frame that is not masked is 1002, and a mask of zeros is a mask', async (t) => {
  for (const opcode of [TEXT, BINARY, CONTINUATION, PING, PONG, CLOSE]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(FIN | opcode, opcode === CLOSE ? close_payload(1000) : '', { mask: null }));
    await raw.expect_close(1002, `opcode ${opcode}`);
  }
  const echo = await Echo.open(t, server);
  for (const mask of [Buffer.alloc(4), Buffer.alloc(4, 0xff), Buffer.from([0, 0, 0, 1])]) {
    const command = echo.command('masked');
    echo.raw.send(frame(FIN | TEXT, command, { mask }));
    await echo.expect(command, `mask ${mask.toString('hex')}`);
  }
});

/** A header that declares a length in a form of its own choosing. */
const declaring = (first, form, length) => Buffer.concat([Buffer.from([first, 0x80 | form]), length,
  Buffer.from([1, 2, 3, 4])]);

test('3: lengths that are not in their shortest form, or too long, are refused', async (t) => {
  const length16 = (value) => Buffer.from([value >> 8, value & 0xff]);
  const length64 = (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const cases = [
    [declaring(FIN | TEXT, 126, length16(0)), 1002],
    [declaring(FIN | TEXT, 126, length16(125)), 1002],
    [declaring(FIN | TEXT, 127, length64(125)), 1002],
    [declaring(FIN | TEXT, 127, length64(65_535)), 1002],
    [declaring(FIN | TEXT, 127, length64(2n ** 63n)), 1002],
    [declaring(FIN | TEXT, 127, length64(2n ** 64n - 1n)), 1002],
    [declaring(FIN | TEXT, 127, length64(2n ** 63n - 1n)), 1009],
    [declaring(FIN | TEXT, 127, length64(MESSAGE_BYTES_MAX + 1)), 1009],
    [declaring(FIN | PING, 126, length16(126)), 1002],
    [declaring(FIN | CLOSE, 127, length64(65_536)), 1002],
  ];
  for (const [bytes, code] of cases) {
    const raw = await RawSocket.open(t, server);
    raw.send(bytes);
    await raw.expect_close(code, bytes.toString('hex'));
  }
});

// ---- 5: fragments -------------------------------------------------------------------------------

test('5: control frames may not be fragmented', async (t) => {
  for (const opcode of [PING, PONG, CLOSE]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(opcode, ''), frame(FIN | CONTINUATION, ''));
    await raw.expect_close(1002, `opcode ${opcode}`);
  }
});

test('5: a message in fragments comes whole, also in empty and in single-byte ones', async (t) => {
  const echo = await Echo.open(t, server);
  const length = echo.command('fragmented').length;
  for (const sizes of [[10], [0], [0, 0, 10, 0], [length], Array(length).fill(1), [1, 0, 1, 0]]) {
    const command = echo.command('fragmented');
    echo.raw.send(...fragments(command, sizes));
    await echo.expect(command, `fragments of ${sizes.slice(0, 5)}`);
    const slow = echo.command('fragmented');
    const sent = echo.raw.send_bytewise(Buffer.concat(fragments(slow, sizes)));
    await echo.expect(slow, `fragments of ${sizes.slice(0, 5)}, byte by byte`);
    await sent;
  }
});

test('5: pings between fragments are answered before the message is there', async (t) => {
  const echo = await Echo.open(t, server);
  const command = echo.command('with pings between');
  const parts = fragments(command, [5, 5, 5, 5]);
  for (const [index, part] of parts.slice(0, -1).entries()) {
    echo.raw.send(part, frame(FIN | PING, `ping ${index}`), frame(FIN | PONG, ''));
    await echo.raw.expect(PONG, `ping ${index}`, 'pong between fragments');
  }
  echo.raw.send(parts.at(-1));
  await echo.expect(command, 'the message');
});

test('5: a continuation of nothing is 1002, final or not, first or behind a message', async (t) => {
  for (const first of [FIN | CONTINUATION, CONTINUATION]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(first, 'continuation of nothing'), frame(FIN | TEXT, '{}'));
    await raw.expect_close(1002);
    const echo = await Echo.open(t, server);
    echo.raw.send(...fragments(echo.command('whole'), [10]), frame(first, 'more'));
    await closes_behind_replies(echo.raw, 1002);
  }
});

test('5: a message within a fragmented one is 1002', async (t) => {
  for (const inner of [frame(FIN | TEXT, '{}'), frame(TEXT, '{'), frame(FIN | BINARY, 'x')]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(TEXT, '{"id"'), inner);
    await raw.expect_close(1002);
  }
});

// ---- 6: UTF-8 -----------------------------------------------------------------------------------

const VALID = {
  'the first of each length': '\u0080\u0800\u{10000}',
  'the last of each length': '\u007f\u07ff\uffff\u{10ffff}',
  'beside the surrogates': '\ud7ff\ue000',
  'the replacement character': '\ufffd',
  'noncharacters': '\ufffe\uffff\ufdd0\u{1fffe}\u{1ffff}\u{8ffff}',
  'words': 'Hello-µ@ßöäüàá-UTF-8!! κόσμε 日本語 עברית 🙂🏳️‍🌈',
};

test('6: valid text of every kind comes back as it is, cut at every byte', async (t) => {
  const echo = await Echo.open(t, server);
  for (const [what, text] of Object.entries(VALID)) {
    const whole = echo.command(text);
    echo.raw.send(frame(FIN | TEXT, whole));
    await echo.expect(whole, what);
    const bytes = Buffer.byteLength(echo.command(text));
    const single = echo.command(text);
    echo.raw.send(...fragments(single, Array(bytes).fill(1)));
    await echo.expect(single, `${what}, each byte a fragment`);
    const slow = echo.command(text);
    const sent = echo.raw.send_bytewise(frame(FIN | TEXT, slow));
    await echo.expect(slow, `${what}, each byte a write`);
    await sent;
  }
});

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const INVALID = [
  // Continuation bytes without a beginning.
  [0x80], [0xbf], [0x80, 0xbf], [0x80, 0xbf, 0x80], range(0x80, 0xbf),
  // Beginnings with nothing behind them but a space.
  ...range(0xc2, 0xfd).map((byte) => [byte, 0x20]),
  // The last continuation byte is missing.
  [0xdf, 0x22], [0xe0, 0xa0, 0x22], [0xef, 0xbf, 0x22], [0xf0, 0x90, 0x80, 0x22],
  [0xf4, 0x8f, 0xbf, 0x22], [0xe1, 0x80, 0xe1, 0x80, 0x80],
  // Bytes that are in no text.
  [0xfe], [0xff], [0xfe, 0xfe, 0xff, 0xff], [0xc0, 0x80], [0xc1, 0xbf],
  // Longer than need be.
  [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xf0, 0x80, 0x80, 0xaf], [0xf8, 0x80, 0x80, 0x80, 0xaf],
  [0xfc, 0x80, 0x80, 0x80, 0x80, 0xaf], [0xe0, 0x9f, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf],
  [0xe0, 0x80, 0x80], [0xf0, 0x80, 0x80, 0x80],
  // Surrogates, alone and in pairs.
  [0xed, 0xa0, 0x80], [0xed, 0xad, 0xbf], [0xed, 0xae, 0x80], [0xed, 0xaf, 0xbf],
  [0xed, 0xb0, 0x80], [0xed, 0xbe, 0x80], [0xed, 0xbf, 0xbf],
  [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80], [0xed, 0xaf, 0xbf, 0xed, 0xbf, 0xbf],
  // Beyond the last character.
  [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf7, 0xbf, 0xbf, 0xbf],
  [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
];

test('6: every class of invalid text is 1007, in one frame and cut at every byte', async (t) => {
  const one = async (...frames) => {
    const raw = await RawSocket.open(t, server);
    raw.send(...frames);
    await raw.expect_close(1007, Buffer.concat(frames).subarray(0, 40).toString('hex'));
    raw.socket.destroy();
  };
  for (const bytes of INVALID) {
    const text = Buffer.from([0x22, 0xce, 0xba, ...bytes, 0x22]);
    await one(frame(FIN | TEXT, text));
    await one(...fragments(text, Array(text.length).fill(1)));
  }
});

test('6: text that ends within a character is 1007 when it ends, and not before', async (t) => {
  for (const bytes of [[0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x99]]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(TEXT, [0x22, ...bytes]), frame(FIN | PING, 'still open'));
    await raw.expect(PONG, 'still open', 'pong in the middle of a character');
    raw.send(frame(FIN | CONTINUATION, ''));
    await raw.expect_close(1007);
  }
});

test('6: invalid text is refused at its first impossible byte, without waiting for the end',
  async (t) => {
    for (const bytes of [[0xff], [0xf4, 0x90], [0xed, 0xa0], [0xe0, 0x80], [0xce, 0x22]]) {
      const fragment = await RawSocket.open(t, server);
      fragment.send(frame(TEXT, [0x22, ...bytes]));  // not final
      await fragment.expect_close(1007, 'in a fragment');
      const begun = await RawSocket.open(t, server);
      const payload = masked([0x22, ...bytes]);
      begun.send(Buffer.from([FIN | TEXT, 0x80 | 100, 1, 2, 3, 4]), payload);  // of 100 bytes
      await begun.expect_close(1007, 'in a frame that has not all come');
    }
  });

// ---- 7: closing ---------------------------------------------------------------------------------

test('7: a message before the close is served, and nothing behind it', async (t) => {
  const echo = await Echo.open(t, server);
  const before_close = echo.command('last words');
  echo.raw.send(frame(FIN | TEXT, before_close));
  await echo.expect(before_close, 'message before the close');
  echo.raw.send(frame(FIN | CLOSE, close_payload(1000)), frame(FIN | PING, 'late'),
    frame(FIN | TEXT, echo.command('late')), frame(FIN | CLOSE, close_payload(1000)));
  await echo.raw.expect_close(1000);
});

test('7: a close within a fragmented message closes', async (t) => {
  const raw = await RawSocket.open(t, server);
  raw.send(frame(TEXT, '{"id":'), frame(FIN | CLOSE, close_payload(1000)),
    frame(FIN | CONTINUATION, '1}'));
  await raw.expect_close(1000);
});

test('7: a close without a code is answered without one, and one byte is no code', async (t) => {
  const none = await RawSocket.open(t, server);
  none.send(frame(FIN | CLOSE, ''));
  await none.expect_close(undefined);
  const cut = await RawSocket.open(t, server);
  cut.send(frame(FIN | CLOSE, 'a'));
  await cut.expect_close(1002);
});

test('7: reasons up to 123 bytes are taken, longer ones and bad UTF-8 are not', async (t) => {
  for (const reason of ['', 'Hello World!', 'x'.repeat(123), 'ö'.repeat(61)]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(FIN | CLOSE, close_payload(1000, reason)));
    await raw.expect_close(1000, `reason ${reason}`);
  }
  const long = await RawSocket.open(t, server);
  long.send(frame(FIN | CLOSE, close_payload(1000, 'x'.repeat(124))));
  await long.expect_close(1002);
  for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xc3], [0xc0, 0xaf]]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(FIN | CLOSE, Buffer.concat([close_payload(1000), Buffer.from(bytes)])));
    await raw.expect_close(1007);
  }
});

test('7: codes that may be sent are answered, and all others are 1002', async (t) => {
  const valid = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
    4000, 4999];
  const invalid = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
  for (const code of [...valid, ...invalid]) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(FIN | CLOSE, close_payload(code)));
    await raw.expect_close(valid.includes(code) ? code : 1002, `code ${code}`);
  }
});

// ---- 9 and 10: bounds ---------------------------------------------------------------------------

test('9: a message up to the limit is taken in fragments of any size, and one byte more is 1009',
  async (t) => {
    const echo = await Echo.open(t, server);
    for (const size of [64, 256, 1024, 4096, 16_384]) {
      const command = echo.command_of(MESSAGE_BYTES_MAX);
      echo.raw.send(...fragments(command, Array(Math.floor(MESSAGE_BYTES_MAX / size)).fill(size)));
      await echo.expect(command, `fragments of ${size}`);
    }
    echo.raw.send(...fragments(`${echo.command_of(MESSAGE_BYTES_MAX)} `, [60_000]));
    await echo.raw.expect_close(1009);
  });

test('9: fragments without an end are 1009, empty ones without an end cost nothing', async (t) => {
  const growing = await RawSocket.open(t, server);
  growing.send(frame(TEXT, '{'));
  for (let i = 0; i < 70; ++i) growing.send(frame(CONTINUATION, ' '.repeat(1000)));
  await growing.expect_close(1009);
  const echo = await Echo.open(t, server);
  const command = echo.command('at last');
  echo.raw.send(frame(TEXT, ''), ...Array(50_000).fill(frame(CONTINUATION, '')),
    frame(FIN | CONTINUATION, command));
  await echo.expect(command, 'message behind fifty thousand empty fragments');
});

test('10: a flood of pings is answered in full, and others are served meanwhile', async (t) => {
  const echo = await Echo.open(t, server);
  const other = await Echo.open(t, server);
  const count = 20_000;
  for (let i = 0; i < count; i += 1000) {
    echo.raw.send(...Array.from({ length: 1000 }, (_, j) => frame(FIN | PING, `${i + j}`)));
  }
  await other.is_well('another client during the flood');
  for (let i = 0; i < count; ++i) await echo.raw.expect(PONG, `${i}`, 'pong');
});

test('10: who floods with pings and reads no pong is disconnected', async (t) => {
  const raw = await RawSocket.open(t, server);
  raw.socket.pause();
  const flood = Buffer.concat(Array(10_000).fill(frame(FIN | PING, Buffer.alloc(125, 1))));
  let blocked = false;
  for (let i = 0; i < 200 && !blocked && !raw.has_ended; ++i) {
    if (!raw.socket.write(flood)) {
      blocked = await Promise.race([
        new Promise((resolve) => raw.socket.once('drain', () => resolve(false))),
        new Promise((resolve) => setTimeout(() => resolve(true), 2000)), raw.ended]);
    }
  }
  raw.socket.resume();
  await within(raw.ended, 'end of the flood', 30_000);
  assert.ok((await fetch(`${server.url}/health/live`)).ok);
});

test('one broken connection disturbs no other', async (t) => {
  const witness = await Echo.open(t, server);
  for (const bytes of INVALID) {
    const raw = await RawSocket.open(t, server);
    raw.send(frame(FIN | TEXT, bytes));
    raw.socket.destroySoon();
  }
  await witness.is_well('the witness');
  await eventually(async () => {
    const { nodes } = await server.api('info', {});
    return nodes[0].num_clients <= 10;
  }, 'end of the broken connections');
});
