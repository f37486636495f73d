import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `npm run dev` serves the page itself and hands what belongs to the server to a running one.
const server = process.env.TROUPE_SERVER ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    // Inlined files would be data: addresses, which the server's content policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/connection': { target: server, ws: true },
      '/dev': { target: server },
    },
  },
  test: { include: ['src/**/*.test.ts'] },
});
