// Answers "unchanged", "changed" or "error" to "client_id session_state".
const COOKIE = "sandbox_idp_state=";

function browserState() {
  const found = document.cookie.split("; ").find((one) => one.startsWith(COOKIE));
  return found ? found.slice(COOKIE.length) : "";
}

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function judge(message, origin) {
  const [clientId, sessionState] = String(message).split(" ");
  const salt = (sessionState || "").split(".")[1];
  if (!clientId || !salt) return "error";
  const expected = await digest([clientId, origin, browserState(), salt].join(" "));
  return sessionState === `${expected}.${salt}` ? "unchanged" : "changed";
}

window.addEventListener("message", async (event) => {
  if (event.source === window || !event.source) return;
  event.source.postMessage(await judge(event.data, event.origin), event.origin);
});
