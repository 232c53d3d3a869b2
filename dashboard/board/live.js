// Hears at once that the ward changed: version numbers by websocket, no patient data. Without it the
// board still has its own tick.

const RETRY_MS = 2000

export function listen(wardCode, heard) {
  let socket = null
  let retry = null
  let closed = false

  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:"
    socket = new WebSocket(`${scheme}//${location.host}/live?ward=${encodeURIComponent(wardCode)}`)
    socket.addEventListener("message", event => heard(JSON.parse(event.data)))
    socket.addEventListener("close", () => {
      if (!closed) retry = setTimeout(connect, RETRY_MS)
    })
  }

  connect()
  return () => {
    closed = true
    clearTimeout(retry)
    socket.close()
  }
}
