// Sends letters through nodemailer's pool: `node send.js PORT CONNECTIONS TIMES < letters.json`; prints letters a second.
import { readFileSync } from "node:fs";
import nodemailer from "nodemailer";

const [port, maxConnections, times] = process.argv.slice(2).map(Number);
const letters = JSON.parse(readFileSync(0, "utf8"));
const pool = nodemailer.createTransport({
  host: "127.0.0.1",
  port,
  secure: false,
  ignoreTLS: true,
  pool: true,
  maxConnections,
  maxMessages: Infinity,
});

async function send(n) {
  await Promise.all(Array.from({ length: n }, (_, i) => pool.sendMail(letters[i % letters.length])));
}

await send(500); // warm
const began = process.hrtime.bigint();
await send(times);
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
console.log(times / seconds);
pool.close();
