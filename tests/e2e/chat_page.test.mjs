// The page as people use it: Chromium on the real binary. The tests follow one another in one
// conversation between ada and grace, as the screenshots do.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Centrifuge } from 'centrifuge';
import { chromium } from 'playwright-core';
import WebSocket from 'ws';

import { ServerProcess, within } from './server_process.mjs';

const CHROMIUM = process.env.TROUPE_CHROMIUM ?? '/usr/bin/chromium';
const SCREENSHOTS = process.env.TROUPE_E2E_SCREENSHOTS ?? 'build/e2e';
const WAIT_MS_MAX = 15_000;
/** The page reconnects within 8 s of delay at most; a loaded machine adds to it. */
const RECONNECT_MS_MAX = 30_000;

const DESKTOP = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' };
const DESKTOP_DARK = { ...DESKTOP, colorScheme: 'dark' };
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  colorScheme: 'light',
};

let server;
let browser;
let ada;
let grace;
/** What a page complained about and should not have. */
const complaints = [];
/** True while the server is down on purpose: a page may then say that it cannot reach it. */
let expecting_reconnects = false;

before(async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  server = await ServerProcess.start_new();
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});

after(async () => {
  await browser?.close();
  await server?.remove();
});

async function open_page(who, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS_MAX);
  page.on('pageerror', (error) => complaints.push(`${who}: ${error}`));
  page.on('dialog', (dialog) => {
    complaints.push(`${who}: a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (expecting_reconnects && /WebSocket connection .* failed/.test(message.text())) return;
    complaints.push(`${who}: ${message.text()}`);
  });
  await page.goto(server.url);
  return page;
}

async function sign_in(page, user) {
  await page.getByTestId('sign-in-name').fill(user);
  await page.getByTestId('sign-in-button').click();
  await state(page, 'connected');
}

async function state(page, name, timeout = WAIT_MS_MAX) {
  await page.locator(`[data-testid=connection-state][data-state=${name}]`).waitFor({ timeout });
}

async function say(page, text) {
  await page.getByTestId('composer').fill(text);
  await page.getByTestId('send').click();
}

/** The message with this text, delivered: unsent ones have another mark. */
function message(page, author, text) {
  const whole = new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
  return page
    .locator(`[data-testid=message][data-author="${author}"][data-delivery=delivered]`)
    .filter({ has: page.getByTestId('message-text').filter({ hasText: whole }) });
}

function person(page, user) {
  return page.locator(`[data-testid=presence-user][data-user="${user}"]`);
}

async function screenshot(page, name) {
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}

test('the page needs nothing from elsewhere and says what it may load', async () => {
  const response = await fetch(server.url);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/html/);
  assert.match(response.headers.get('content-security-policy'), /default-src 'self'/);

  const page = await (await browser.newContext()).newPage();
  const elsewhere = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) elsewhere.push(request.url());
  });
  await page.goto(server.url);
  await page.getByTestId('sign-in-name').waitFor();
  assert.deepEqual(elsewhere, []);
  await page.context().close();
});

test('two people sign in and see each other', async () => {
  ada = await open_page('ada', DESKTOP);
  await screenshot(ada, 'sign-in');
  grace = await open_page('grace', DESKTOP_DARK);
  await sign_in(ada, 'ada');
  await sign_in(grace, 'grace');
  for (const page of [ada, grace]) {
    await person(page, 'ada').waitFor();
    await person(page, 'grace').waitFor();
    assert.equal(await page.getByTestId('presence-user').count(), 2);
  }
});

test('a message typed in one page appears in the other, once, under its author', async () => {
  await say(ada, 'Hello, grace.');
  await message(grace, 'ada', 'Hello, grace.').waitFor();
  await message(ada, 'ada', 'Hello, grace.').waitFor();
  await grace.getByTestId('composer').fill('Hello, ada.\nA second line.');
  await grace.getByTestId('composer').press('Enter');
  await message(ada, 'grace', 'Hello, ada.\nA second line.').waitFor();
  for (const page of [ada, grace]) assert.equal(await page.getByTestId('message').count(), 2);
});

test('markup in a message stays text', async () => {
  const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script><b>bold</b>';
  await say(ada, markup);
  await message(grace, 'ada', markup).waitFor();
  const text = message(grace, 'ada', markup).getByTestId('message-text');
  assert.equal(await text.textContent(), markup);
  assert.equal(await text.locator('*').count(), 0);
});

test('what another program publishes is shown and breaks nothing', async () => {
  const answer = await fetch(`${server.url}/dev/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: 'robot' }),
  });
  const { token } = await answer.json();
  const client = new Centrifuge(`${server.url.replace('http', 'ws')}/connection/websocket`, {
    token,
    websocket: WebSocket,
  });
  client.connect();
  try {
    await within(client.ready(), 'connection of the robot', WAIT_MS_MAX);
    for (const data of [null, 7, 'plain', { text: 5, from: 'root' }, { text: '', sent_at: 'x' }]) {
      await client.publish('chat:lobby', data);
    }
    await client.publish('chat:lobby', { text: 'I am root', from: 'root' });
  } finally {
    client.disconnect();
  }
  // The server says who wrote it, whatever the message claims.
  await message(ada, 'robot', 'I am root').waitFor();
  assert.equal(await ada.locator('[data-author=root]').count(), 0);
  await message(ada, 'robot', '{"text":5,"from":"root"}').waitFor();
});

test('a second tab of the same person counts once in the list of people', async () => {
  const second = await open_page('grace’s second tab', DESKTOP);
  await sign_in(second, 'grace');
  await person(ada, 'grace').getByText('×2').waitFor();
  assert.equal(await person(ada, 'grace').count(), 1);
  // It opens on the history of what was said before it came.
  await message(second, 'ada', 'Hello, grace.').waitFor();
  await second.context().close();
  await person(ada, 'grace').getByText('×2').waitFor({ state: 'detached' });
  await person(ada, 'grace').waitFor();
});

test('a message in another channel counts as unread until it is looked at', async () => {
  const random = '[data-channel="chat:random"]';
  await grace.locator(random).click();
  await say(grace, 'Anybody here?');
  await message(grace, 'grace', 'Anybody here?').waitFor();
  await ada.locator(random).getByText('1 unread message').waitFor();
  await ada.locator(random).click();
  await message(ada, 'grace', 'Anybody here?').waitFor();
  assert.equal(await ada.locator(random).getByText('unread').count(), 0);
  await ada.locator('[data-channel="chat:lobby"]').click();
  await grace.locator('[data-channel="chat:lobby"]').click();
});

test('a channel that cannot be opened says the code and what it means', async () => {
  await ada.getByTestId('open-channel').click();
  await ada.getByTestId('channel-name').fill('no_such_namespace:room');
  await ada.getByTestId('channel-name').press('Enter');
  const refused = ada.getByTestId('refused');
  await refused.getByText('102').waitFor();
  await refused.getByText('no channel namespace of that name').waitFor();
  await ada.getByRole('button', { name: 'Close the channel' }).click();
  await ada.locator('[data-channel="chat:lobby"]').click();
});

test('the page can be used with the keyboard alone', async () => {
  await ada.getByTestId('composer').focus();
  await ada.keyboard.type('Typed, not clicked.');
  await ada.keyboard.press('Enter');
  await message(grace, 'ada', 'Typed, not clicked.').waitFor();
  await ada.locator('[data-channel="chat:random"]').focus();
  await ada.keyboard.press('Enter');
  await ada.locator('[data-channel="chat:random"][aria-current]').waitFor();
  await ada.locator('[data-channel="chat:lobby"]').focus();
  await ada.keyboard.press('Enter');
  await message(ada, 'ada', 'Typed, not clicked.').waitFor();
});

test('the pages look as they should on a desktop and a phone', async () => {
  await say(grace, 'That was quick. What happens when the server goes away?');
  await message(ada, 'grace', 'That was quick. What happens when the server goes away?').waitFor();
  await screenshot(ada, 'desktop-light');
  await screenshot(grace, 'desktop-dark');
  const phone = await open_page('lin', PHONE);
  await sign_in(phone, 'lin');
  await message(phone, 'ada', 'Typed, not clicked.').waitFor();
  await screenshot(phone, 'phone');
  const wider = await phone.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wider, false, 'the phone page scrolls sideways');
  await phone.locator('.panel-button').click();
  await person(phone, 'lin').waitFor();
  await phone.context().close();
});

for (const [how, signal] of [
  ['a server that is shut down', 'SIGTERM'],
  ['a server that dies', 'SIGKILL'],
]) {
  test(`${how} and started again finds both pages talking as before`, async () => {
    expecting_reconnects = true;
    await server.end(signal);
    await state(ada, 'connecting');
    await state(grace, 'connecting');
    await say(ada, `Written while away (${signal}).`);
    await ada.locator('[data-delivery=waiting]').waitFor();
    await screenshot(ada, 'reconnecting');

    await server.start();
    await state(ada, 'connected', RECONNECT_MS_MAX);
    await state(grace, 'connected', RECONNECT_MS_MAX);
    await message(grace, 'ada', `Written while away (${signal}).`).waitFor();
    await message(ada, 'ada', `Written while away (${signal}).`).waitFor();
    await say(grace, `Back again (${signal}).`);
    await message(ada, 'grace', `Back again (${signal}).`).waitFor();
    for (const page of [ada, grace]) {
      await person(page, 'ada').waitFor();
      await person(page, 'grace').waitFor();
      // What was on the screen before is still there, once.
      assert.equal(await message(page, 'ada', 'Hello, grace.').count(), 1);
    }
    await screenshot(ada, 'reconnected');
    expecting_reconnects = false;
  });
}

test('a reload keeps the person signed in', async () => {
  await ada.reload();
  await state(ada, 'connected');
  await message(ada, 'grace', 'Back again (SIGKILL).').waitFor();
});

test('a person who signs out is gone from the other page', async () => {
  await grace.getByRole('button', { name: 'Sign out' }).click();
  await grace.getByTestId('sign-in-name').waitFor();
  await person(ada, 'grace').waitFor({ state: 'detached' });
});

test('no page complained in all that', () => {
  assert.deepEqual(complaints, []);
});
