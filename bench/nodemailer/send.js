// Sends letters through nodemailer's pool: `node send.js PORT CONNECTIONS TIMES < letters.json`; prints letters a second,
// and microseconds of CPU time a letter.
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
const before = process.cpuUsage();
await send(times);
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const { user, system } = process.cpuUsage(before);
console.log(times / seconds, (user + system) / times);
pool.close();
